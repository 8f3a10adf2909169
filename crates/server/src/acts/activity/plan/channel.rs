//! `publish_channels`: how members find an activity.

use crate::biz::{Text, biz, choice, invalid};
use wire::Rejection;

biz! {
    /// A channel.
    pub struct Channel {
        /// Where the activity is found.
        r#type: ChannelType,
        /// What the merchant calls the channel.
        name: Option<Text<64>>,
        /// JSON text. Required for MERCHANT_CROWD (`{"PASSWORD":"…","BACKGROUND_LOGO":"…"}`); ignored for
        /// URL_WITH_TOKEN, where an answer has the address of the coupon page.
        config: Option<Text<2048>>,
        /// Kept and given back; nothing reads it.
        ext_info: Option<Text<1024>>,
    }
}

choice! {
    /// The kinds of channels.
    pub enum ChannelType {
        /// A QR code.
        QrCode = "QR_CODE",
        /// A short link.
        ShortLink = "SHORT_LINK",
        /// The shop's page.
        ShopDetail = "SHOP_DETAIL",
        /// The page after a payment.
        PaymentResult = "PAYMENT_RESULT",
        /// A password.
        MerchantCrowd = "MERCHANT_CROWD",
        /// The coupon page, with a token for each user.
        UrlWithToken = "URL_WITH_TOKEN",
        /// Elsewhere.
        External = "EXTERNAL",
    }
}

impl Channel {
    /// Whether it is whole; `at` is its path.
    pub fn check(&self, at: &str) -> Result<(), Rejection> {
        match (self.r#type, &self.config) {
            (ChannelType::MerchantCrowd, None) => {
                Err(invalid(&format!("{at}.config"), "type为MERCHANT_CROWD时不能为空"))
            }
            _ => Ok(()),
        }
    }

    /// As it is kept: the address of the coupon page is made anew whenever it is asked for.
    pub fn kept(&self) -> Channel {
        let mut kept = self.clone();
        if kept.r#type == ChannelType::UrlWithToken {
            kept.config = None;
        }
        kept
    }
}
