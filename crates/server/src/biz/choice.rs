//! Fields that hold one of a few Strings.

use super::{ABSENT, text};
use serde_json::Value;

/// Reads one of `all` by its name; blanks around it do not count. The error is the reason, in the words of `sub_msg`.
pub fn choose<T: Copy>(value: Option<&Value>, all: &[T], name: fn(T) -> &'static str) -> Result<T, String> {
    let text = text(value.ok_or(ABSENT)?)?;
    let found = all.iter().copied().find(|one| name(*one) == text.trim());
    found.ok_or_else(|| {
        let names = all.iter().map(|one| name(*one));
        ["必须是以下值之一:"].into_iter().chain(names).collect::<Vec<_>>().join(" ")
    })
}

/// Declares an enumerated String field: each value with its meaning and as the wire spells it.
macro_rules! choice {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[doc = $meaning:literal])+ $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $meaning])+ $variant,)+ }

        impl $name {
            /// Every value, in the order of the contract.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// As the wire spells it.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }
        }

        impl $crate::biz::Field for $name {
            const SHAPE: $crate::biz::Shape = $crate::biz::Shape::Choices(&[
                $($crate::biz::Choice { name: $text, meaning: concat!($($meaning),+) },)+
            ]);

            fn read(value: Option<&serde_json::Value>) -> Result<Self, String> {
                $crate::biz::choose(value, Self::ALL, Self::name)
            }

            fn canonical(&self) -> Option<serde_json::Value> {
                Some(serde_json::Value::from(self.name()))
            }
        }
    };
}

pub(crate) use choice;
