//! A CloudEvent as it came, before it is understood.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::scalar::{Data, Scalar};

/// The attributes that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    SpecVersion,
    Id,
    Source,
    Type,
    Time,
    Subject,
    Actor,
    Clock,
    DataContentType,
}

impl Attribute {
    const COUNT: usize = 9;

    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "specversion" => Self::SpecVersion,
            "id" => Self::Id,
            "source" => Self::Source,
            "type" => Self::Type,
            "time" => Self::Time,
            "subject" => Self::Subject,
            "actor" => Self::Actor,
            "clock" => Self::Clock,
            "datacontenttype" => Self::DataContentType,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SpecVersion => "specversion",
            Self::Id => "id",
            Self::Source => "source",
            Self::Type => "type",
            Self::Time => "time",
            Self::Subject => "subject",
            Self::Actor => "actor",
            Self::Clock => "clock",
            Self::DataContentType => "datacontenttype",
        }
    }
}

/// A CloudEvent as it came.
#[derive(Default)]
pub(crate) struct RawEvent<'a> {
    attributes: [Option<Scalar<'a>>; Attribute::COUNT],
    pub(crate) data: Option<Data>,
    /// Whether it has `data_base64`.
    pub(crate) base64: bool,
    /// The first member that occurs twice.
    pub(crate) twice: Option<&'static str>,
    /// The first name that no attribute may have.
    pub(crate) bad_name: Option<String>,
}

impl<'a> RawEvent<'a> {
    /// The attribute, unless it is absent or `null`.
    pub(crate) fn get(&self, attribute: Attribute) -> Option<&Scalar<'a>> {
        match self.attributes.get(attribute as usize) {
            Some(Some(Scalar::Null) | None) | None => None,
            Some(Some(value)) => Some(value),
        }
    }

    pub(crate) fn set(&mut self, attribute: Attribute, value: Scalar<'a>) {
        if let Some(slot) = self.attributes.get_mut(attribute as usize)
            && slot.replace(value).is_some()
        {
            self.twice.get_or_insert(attribute.name());
        }
    }

    /// Takes note of an extension that is not looked at.
    pub(crate) fn other(&mut self, name: &str) {
        let good = !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !good && self.bad_name.is_none() {
            self.bad_name = Some(name.to_owned());
        }
    }
}

impl<'de> Deserialize<'de> for RawEvent<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EventVisitor)
    }
}

struct EventVisitor;

impl<'de> Visitor<'de> for EventVisitor {
    type Value = RawEvent<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a CloudEvent, which is an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut event = RawEvent::default();
        while let Some(member) = map.next_key::<Member<'de>>()? {
            match member {
                Member::Attribute(attribute) => event.set(attribute, map.next_value()?),
                Member::Data => {
                    if event.data.replace(map.next_value()?).is_some() {
                        event.twice.get_or_insert("data");
                    }
                }
                Member::Base64 => {
                    event.base64 = true;
                    map.next_value::<IgnoredAny>()?;
                }
                Member::Other(name) => {
                    event.other(&name);
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(event)
    }
}

/// The name of a member.
enum Member<'a> {
    Attribute(Attribute),
    Data,
    Base64,
    Other(Cow<'a, str>),
}

impl<'a> Member<'a> {
    fn of(name: &str) -> Option<Self> {
        match name {
            "data" => Some(Self::Data),
            "data_base64" => Some(Self::Base64),
            _ => Attribute::of(name).map(Self::Attribute),
        }
    }
}

impl<'de> Deserialize<'de> for Member<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(MemberVisitor)
    }
}

struct MemberVisitor;

impl<'de> Visitor<'de> for MemberVisitor {
    type Value = Member<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an attribute")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Member::of(name).unwrap_or_else(|| Member::Other(Cow::Owned(name.to_owned()))))
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Member::of(name).unwrap_or(Member::Other(Cow::Borrowed(name))))
    }
}
