//! `alipay.offline.material.image.upload`: keeps a picture, which activities and pages then name by its id.
//!
//! The picture is decoded and written anew before it is kept: a PNG, BMP or GIF as a PNG, a JPEG as a JPEG. So nothing
//! but a picture is ever shown, and what a camera adds (the place, the time) is gone. Of a GIF that moves the first
//! picture is kept. A file of more than 10 MiB is refused with `isv.invalid-file-size`, and so is one that would be
//! longer than that when it is written anew; a merchant who has no room left is refused with `isv.upload-fail`.
//!
//! The file is a part of a `multipart/form-data` body, and is not part of what is signed.
//!
//! # Repeats
//!
//! Each call keeps a picture of its own under a new id, also when the same file was uploaded before.

use crate::answer::CallError;
use crate::biz::{SentFile, Text, answer, biz, choice, invalid};
use crate::links;
use crate::methods::{Answer, Call, Doors, FieldPlace, Method, Need, Upload};
use crate::picture::{self, Format, Picture, PictureError};
use store::Tx;
use store::world::{Image, ImageRoom, UploadedImage, add_image};
use wire::code;

/// The field of the file.
const CONTENT: &str = "image_content";
/// What a merchant may upload in all (`docs/decisions.md`, "Pictures").
const ROOM: ImageRoom = ImageRoom { images: 10_000, bytes: 1 << 30 };

/// See the module.
pub struct ImageUpload;

choice! {
    /// What kind of picture a file is.
    pub enum ImageType {
        /// JPEG.
        Jpg = "jpg",
        /// JPEG.
        Jpeg = "jpeg",
        /// PNG.
        Png = "png",
        /// BMP.
        Bmp = "bmp",
        /// GIF.
        Gif = "gif",
    }
}

impl ImageType {
    fn format(self) -> Format {
        match self {
            ImageType::Jpg | ImageType::Jpeg => Format::Jpeg,
            ImageType::Png => Format::Png,
            ImageType::Bmp => Format::Bmp,
            ImageType::Gif => Format::Gif,
        }
    }
}

biz! {
    /// What the caller sends.
    pub struct Request {
        /// What kind of picture the file is; the file must be one.
        image_type: ImageType,
        /// The caller's name for it.
        image_name: Text<128>,
        /// The file, of at most 10 MiB, 10,000 pixels wide and high, and 16,777,216 pixels in all.
        image_content: SentFile,
        /// The merchant that the call acts for.
        image_pid: Option<Text<16>>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The id by which activities name the picture: 32 characters.
        image_id: String,
        /// Where the picture is.
        image_url: String,
    }
}

impl Method for ImageUpload {
    const NAME: &'static str = "alipay.offline.material.image.upload";
    const DOORS: Doors = Doors::SIGNED;
    const NEED: Need = Need::Market;
    const FIELDS_IN: FieldPlace = FieldPlace::Parameters;
    type Request = Request;
    type Response = Response;
}

impl Upload for ImageUpload {
    type Checked = Picture;

    fn check(call: &Call, request: &Request) -> Answer<Picture> {
        if request.image_pid.as_deref().is_some_and(|pid| pid != call.pid()) {
            return Err(invalid("image_pid", "必须是调用方代表的商户").into());
        }
        let bytes = call.context.file(CONTENT).unwrap_or_default();
        picture::made_anew(bytes, request.image_type.format()).map_err(refusal)
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request, checked: &Picture) -> Answer<Response> {
        // Whoever knows an id may see the picture, so ids cannot be guessed.
        let image = Image {
            id: call.secret().to_owned(),
            media_type: checked.media_type.to_owned(),
            bytes: checked.bytes.clone(),
        };
        let upload = UploadedImage { image: &image, pid: call.pid(), name: &request.image_name, uploaded_at: call.now };
        if !add_image(tx, &upload, ROOM)? {
            return Err(code::UPLOAD_FAIL.with_msg("文件上传失败：商户图片的数量或总大小已达上限").into());
        }
        Ok(Response { image_url: links::image(&call.site.base_url(tx)?, &image.id), image_id: image.id })
    }
}

fn refusal(error: PictureError) -> CallError {
    let reason = match error {
        PictureError::TooLong => return code::INVALID_FILE_SIZE.into(),
        PictureError::NoPicture => "不是有效的图片",
        PictureError::OtherFormat => "与image_type不一致",
        PictureError::TooLarge => "图片的宽、高或像素过大",
    };
    invalid(CONTENT, reason).into()
}
