//! Pictures from strangers, made anew: decoded within limits, and written as a plain PNG or JPEG.
//!
//! What is kept is never what was sent. A file that is a picture and something else besides, such as a page with a
//! script, is only a picture afterwards, and a camera's notes on place and time are gone. Colour profiles are not kept.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::borrow::Cow;
use std::io::Cursor;

/// The longest file, as it is sent and as it is kept.
pub const FILE_BYTES_MAX: usize = 10 << 20;
/// The widest and highest picture, pixels.
const SIDE_MAX: u32 = 10_000;
/// The most pixels.
const PIXELS_MAX: u64 = 1 << 24;
/// The most memory that a decoded picture takes; PNGs with 16 bits for a colour have fewer pixels.
pub const DECODED_BYTES_MAX: u64 = 4 * PIXELS_MAX;
/// The quality of JPEGs, of 100: one cannot see that they were written twice.
const JPEG_QUALITY: u8 = 90;

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// BMP.
    Bmp,
    /// GIF; the first picture of those that move.
    Gif,
}

/// A picture that was made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// As a header says it.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The reason for which a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureError {
    /// It is longer than [`FILE_BYTES_MAX`], or would be when it is written.
    TooLong,
    /// It is no picture, or a broken one.
    NoPicture,
    /// It is a picture, and not of the format that it is said to have.
    OtherFormat,
    /// It has too many pixels, or needs too much memory.
    TooLarge,
}

impl Format {
    fn known(self) -> ImageFormat {
        match self {
            Format::Jpeg => ImageFormat::Jpeg,
            Format::Png => ImageFormat::Png,
            Format::Bmp => ImageFormat::Bmp,
            Format::Gif => ImageFormat::Gif,
        }
    }
}

/// The picture of a file that is said to have this format.
pub fn made_anew(file: &[u8], format: Format) -> Result<Picture, PictureError> {
    if FILE_BYTES_MAX < file.len() {
        return Err(PictureError::TooLong);
    }
    match image::guess_format(file) {
        Ok(found) if found == format.known() => {}
        Ok(_) => return Err(PictureError::OtherFormat),
        Err(_) => return Err(PictureError::NoPicture),
    }
    let picture = decoded(file, format)?;
    let picture = if format == Format::Jpeg { as_jpeg(&picture) } else { as_png(&picture) };
    let picture = picture.ok_or(PictureError::NoPicture)?;
    if FILE_BYTES_MAX < picture.bytes.len() { Err(PictureError::TooLong) } else { Ok(picture) }
}

/// A PNG without its colour profile, which is not kept: it is compressed, and the decoder would unpack all of it.
fn without_profile(file: &[u8]) -> Cow<'_, [u8]> {
    const SIGNATURE: usize = 8;
    /// Length, name and checksum.
    const AROUND: usize = 12;
    let mut kept: Option<Vec<u8>> = None;
    let mut at = SIGNATURE;
    while let Some(&[a, b, c, d, ref name @ ..]) = file.get(at..at + 8) {
        let end = at.saturating_add(u32::from_be_bytes([a, b, c, d]) as usize).saturating_add(AROUND);
        let chunk = &file[at..end.min(file.len())];
        match &mut kept {
            kept @ None if name == b"iCCP" => *kept = Some(file[..at].to_vec()),
            Some(kept) if name != b"iCCP" => kept.extend_from_slice(chunk),
            _ => {}
        }
        at += chunk.len();
    }
    match kept {
        Some(mut kept) => {
            kept.extend_from_slice(&file[at..]);
            kept.into()
        }
        None => file.into(),
    }
}

fn decoded(file: &[u8], format: Format) -> Result<DynamicImage, PictureError> {
    let file = if format == Format::Png { without_profile(file) } else { file.into() };
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(2 * DECODED_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(file), format.known());
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|wrong| error(&wrong))?;
    let (width, height) = decoder.dimensions();
    let is_too_large = PIXELS_MAX < u64::from(width) * u64::from(height) || DECODED_BYTES_MAX < decoder.total_bytes();
    if is_too_large || SIDE_MAX < width.max(height) {
        return Err(PictureError::TooLarge);
    }
    // What cannot be read of it turns nothing.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|wrong| error(&wrong))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn error(error: &image::ImageError) -> PictureError {
    match error {
        image::ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::NoPicture,
    }
}

fn as_jpeg(picture: &DynamicImage) -> Option<Picture> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    let (width, height) = (picture.width(), picture.height());
    let written = match picture {
        DynamicImage::ImageRgb8(pixels) => encoder.encode(pixels, width, height, ExtendedColorType::Rgb8),
        DynamicImage::ImageLuma8(pixels) => encoder.encode(pixels, width, height, ExtendedColorType::L8),
        other => encoder.encode(&other.to_rgb8(), width, height, ExtendedColorType::Rgb8),
    };
    written.ok()?;
    Some(Picture { media_type: "image/jpeg", bytes })
}

fn as_png(picture: &DynamicImage) -> Option<Picture> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
    let written = match (picture, picture.color().has_alpha()) {
        (DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgba8(_) | DynamicImage::ImageLuma8(_), _) => {
            picture.write_with_encoder(encoder)
        }
        (_, true) => DynamicImage::ImageRgba8(picture.to_rgba8()).write_with_encoder(encoder),
        (_, false) => DynamicImage::ImageRgb8(picture.to_rgb8()).write_with_encoder(encoder),
    };
    written.ok()?;
    Some(Picture { media_type: "image/png", bytes })
}

#[cfg(test)]
mod tests;
