//! The mistakes that a diagnosis can name.

macro_rules! causes {
    ($($(#[doc = $meaning:literal])+ $name:ident $text:literal)+) => {
        /// The mistakes that a diagnosis can name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Cause {
            $($(#[doc = $meaning])+ $name,)+
        }

        impl Cause {
            /// Every cause, in the order of their declaration.
            pub const ALL: &[Cause] = &[$(Cause::$name),+];

            /// The cause's name for logs, metrics and scripts.
            pub fn name(self) -> &'static str {
                match self {
                    $(Cause::$name => $text,)+
                }
            }
        }
    };
}

causes! {
    /// The platform's public key was registered as the app's.
    PlatformKeyRegistered "platform-key-registered"
    /// Signed with a key that belongs to somebody else, who is known.
    AnotherKey "another-key"
    /// Signed with a key that is registered for no app.
    UnknownKey "unknown-key"
    /// The text in `sign` is not base64.
    NotBase64 "not-base64"
    /// The signature's bytes are in `sign` in another way than once in base64, on one line.
    SignEncoding "sign-encoding"
    /// The bytes in `sign` are too few or too many for any RSA signature.
    SignLength "sign-length"
    /// Signed with the right key, by RSA-PSS.
    PssPadding "pss-padding"
    /// A digest was signed as if it were the string, so that there is a digest of a digest.
    HashedTwice "hashed-twice"
    /// The digest was encrypted with the key, without the name of its algorithm that a signature has.
    RawDigest "raw-digest"
    /// Signed with the right key over another string, for none of the other reasons.
    OtherString "other-string"
    /// Signed by the other algorithm than `sign_type` says.
    OtherAlgorithm "other-algorithm"
    /// `sign_type` was left out of the string to sign.
    SignTypeLeftOut "sign-type-left-out"
    /// `sign` itself is a member of the string to sign.
    SignInString "sign-in-string"
    /// A parameter is sent that is not in the string to sign.
    ParameterAdded "parameter-added"
    /// A parameter is in the string to sign and was not sent.
    ParameterLost "parameter-lost"
    /// A parameter was sent with another value than was signed.
    ParameterChanged "parameter-changed"
    /// The members of the string to sign are not sorted by name.
    Unsorted "unsorted"
    /// The values stand in quotes in the string to sign.
    ValuesQuoted "values-quoted"
    /// `biz_content` alone was signed, or the values alone.
    OnlyContent "only-content"
    /// There is something before or behind the string to sign.
    StringEnds "string-ends"
    /// Values were trimmed, or their line breaks changed, before signing or before sending.
    Whitespace "whitespace"
    /// Text signed in one charset and declared or sent in the other.
    Charset "charset"
    /// Some empty, blank or `0` members are in the string, and others are not.
    EmptyMembers "empty-members"
    /// A `+` in `sign` was sent unescaped and read as a blank.
    PlusInSign "plus-in-sign"
    /// A `+` in a value was sent unescaped and read as a blank.
    PlusInValue "plus-in-value"
    /// Values were sent without percent-encoding.
    SentUnencoded "sent-unencoded"
    /// The string was made of percent-encoded values.
    SignedEncoded "signed-encoded"
    /// Parameters were percent-encoded twice.
    EncodedTwice "encoded-twice"
    /// What was signed or sent is escaped as in HTML.
    HtmlEscaped "html-escaped"
    /// `biz_content` was made JSON text twice, in two ways.
    JsonRewritten "json-rewritten"
    /// `biz_content` was signed in clear and encrypted after that.
    SignedBeforeEncryption "signed-before-encryption"
}
