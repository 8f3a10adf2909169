//! Files of each format, broken ones, and ones that are more than a picture.

use super::*;
use image::{GrayImage, Rgb, RgbImage, Rgba, RgbaImage};

/// A picture whose corners differ, in a format.
fn file(format: Format, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let pixel = |x: u32, y: u32| Rgb([(x * 7 % 256) as u8, (y * 5 % 256) as u8, 128]);
    let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel));
    picture.write_to(&mut bytes, format.known()).expect("it can be written");
    bytes.into_inner()
}

const ALL: [Format; 4] = [Format::Jpeg, Format::Png, Format::Bmp, Format::Gif];

#[test]
fn each_format_is_made_anew_as_png_or_jpeg() {
    for format in ALL {
        let made = made_anew(&file(format, 40, 30), format).expect("a picture");
        let expect = if format == Format::Jpeg { "image/jpeg" } else { "image/png" };
        assert_eq!(made.media_type, expect, "{format:?}");
        let again = image::load_from_memory(&made.bytes).expect("a picture");
        assert_eq!((again.width(), again.height()), (40, 30), "{format:?}");
        for other in ALL.into_iter().filter(|other| *other != format) {
            assert_eq!(made_anew(&file(format, 40, 30), other), Err(PictureError::OtherFormat), "{format:?} {other:?}");
        }
    }
}

#[test]
fn pixels_stay_where_they_were() {
    let sent = RgbaImage::from_fn(5, 4, |x, y| Rgba([x as u8, y as u8, 7, 100]));
    let mut bytes = Cursor::new(Vec::new());
    sent.write_to(&mut bytes, ImageFormat::Png).expect("it can be written");
    let made = made_anew(bytes.get_ref(), Format::Png).expect("a picture");
    assert_eq!(image::load_from_memory(&made.bytes).expect("a picture").to_rgba8(), sent);
    let grey = GrayImage::from_fn(5, 4, |x, _| image::Luma([x as u8]));
    let mut bytes = Cursor::new(Vec::new());
    grey.write_to(&mut bytes, ImageFormat::Png).expect("it can be written");
    let made = made_anew(bytes.get_ref(), Format::Png).expect("a picture");
    assert_eq!(image::load_from_memory(&made.bytes).expect("a picture").to_luma8(), grey);
}

#[test]
fn what_is_hidden_in_a_file_is_gone() {
    const SCRIPT: &[u8] = b"<script>alert(1)</script>";
    for format in ALL {
        let mut sent = file(format, 16, 16);
        sent.extend_from_slice(SCRIPT);
        let made = made_anew(&sent, format).expect("a picture with something behind it");
        assert!(!made.bytes.windows(SCRIPT.len()).any(|bytes| bytes == SCRIPT), "{format:?}");
    }
    // A comment within a JPEG.
    let mut sent = file(Format::Jpeg, 16, 16);
    let comment = [&[0xff, 0xfe, 0, 2 + SCRIPT.len() as u8], SCRIPT].concat();
    sent.splice(2..2, comment);
    let made = made_anew(&sent, Format::Jpeg).expect("a picture with a comment");
    assert!(!made.bytes.windows(SCRIPT.len()).any(|bytes| bytes == SCRIPT));
}

#[test]
fn what_is_no_picture_is_refused() {
    for format in ALL {
        for bytes in [&b""[..], b"<html>", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>"] {
            assert_eq!(made_anew(bytes, format), Err(PictureError::NoPicture), "{format:?} {bytes:?}");
        }
        let whole = file(format, 40, 30);
        for len in [4, 20, 40] {
            let made = made_anew(&whole[..len], format);
            assert!(matches!(made, Err(PictureError::NoPicture)), "{format:?} {len}: {made:?}");
        }
        // Whatever is broken in it, nothing panics.
        for at in (0..whole.len()).step_by(7) {
            let mut broken = whole.clone();
            broken[at] ^= 0x55;
            drop(made_anew(&broken, format));
        }
    }
}

#[test]
fn large_pictures_are_refused_before_they_are_decoded() {
    // A PNG that says it has 10,000 by 10,000 pixels, and has none.
    let mut png = file(Format::Png, 1, 1);
    png[16..24].copy_from_slice(&[10_000_u32.to_be_bytes(), 10_000_u32.to_be_bytes()].concat());
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    assert_eq!(made_anew(&png, Format::Png), Err(PictureError::TooLarge));
    assert_eq!(made_anew(&file(Format::Bmp, 10_001, 1), Format::Bmp), Err(PictureError::TooLarge));
    assert!(made_anew(&file(Format::Bmp, 10_000, 1), Format::Bmp).is_ok());
    assert_eq!(made_anew(&vec![0; FILE_BYTES_MAX + 1], Format::Png), Err(PictureError::TooLong));
}

#[test]
fn a_colour_profile_is_not_unpacked() {
    // Nothing is unpacked that is not there: a profile of a gigabyte, a broken one, one that is cut off.
    let sent = file(Format::Png, 40, 30);
    let chunk = |name: &[u8], data: &[u8]| {
        [&u32::try_from(data.len()).expect("short").to_be_bytes(), name, data, &[0; 4]].concat()
    };
    // Behind the header, which has 13 bytes.
    const FIRST: usize = 8 + 12 + 13;
    let with = |chunks: &[u8]| [&sent[..FIRST], chunks, &sent[FIRST..]].concat();
    for profile in [&b"name\0\0no zlib"[..], &[0; 100_000]] {
        let chunks = [chunk(b"iCCP", profile), chunk(b"iCCP", profile)].concat();
        assert!(without_profile(&with(&chunks)) == sent);
        assert_eq!(made_anew(&with(&chunks), Format::Png), made_anew(&sent, Format::Png));
    }
    for same in [sent.clone(), with(&chunk(b"zTXt", b"iCCP")), sent[..40].to_vec(), sent[..9].to_vec()] {
        assert!(without_profile(&same) == same);
    }
    let cut = [&sent[..FIRST], &u32::MAX.to_be_bytes(), b"iCCP", &[1; 50]].concat();
    assert!(*without_profile(&cut) == sent[..FIRST]);
    assert_eq!(made_anew(&cut, Format::Png), Err(PictureError::NoPicture));
}
