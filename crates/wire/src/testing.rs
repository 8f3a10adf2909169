//! How two SDKs take an answer apart, for tests. Each by its own rule, faults included, as its source has it: an answer
//! that a JSON parser reads right may be read wrong by these.

use crate::node_name;
use serde_json::{Map, Value};

/// What the official Java SDK makes of an answer.
#[derive(Debug)]
pub struct JavaAnswer<'a> {
    /// The text over which the SDK verifies the signature.
    pub signed: &'a str,
    /// The whole answer as its JSON reader decodes it.
    pub answer: Value,
    /// The node's members, as the SDK gives them to its user.
    pub members: Value,
}

/// Reads an answer as the official Java SDK does. `text` is the answer decoded by its charset; nothing when there is no
/// node, or it cannot be read.
pub fn java<'a>(method: &str, text: &'a str) -> Option<JavaAnswer<'a>> {
    let (name, at) = node_at(method, text)?;
    // Behind the name stand a quote and a colon.
    let from = at + name.len() + 2;
    let from = from + text.get(from..)?.find('{')?;
    let signed = &text[from..from + end_outside_of_quotes(&text.as_bytes()[from..])?];
    let units: Vec<u16> = text.encode_utf16().collect();
    let answer = JavaJson { units: &units, at: 0 }.value()?;
    let members = answer.get(&name)?.clone();
    Some(JavaAnswer { signed, answer, members })
}

/// The text that the third-party Python SDK verifies the signature over: it counts braces and looks at no quotes.
pub fn brace_counting<'a>(method: &str, text: &'a str) -> Option<&'a str> {
    let (_, at) = node_at(method, text)?;
    let from = at + text[at..].find('{')?;
    let mut depth = 0_usize;
    for (length, byte) in text[from..].bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(&text[from..=from + length]),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The name of the answer's node and where it is first met.
fn node_at(method: &str, text: &str) -> Option<(String, usize)> {
    [Some(method), None].into_iter().map(node_name).find_map(|name| text.find(&name).map(|at| (name, at)))
}

/// How long the object at the start is, for one who knows that braces in quotes are none.
fn end_outside_of_quotes(text: &[u8]) -> Option<usize> {
    let (mut depth, mut in_quotes, mut backslashes) = (0_usize, false, 0_usize);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'"' if backslashes.is_multiple_of(2) => in_quotes = !in_quotes,
            b'{' if !in_quotes => depth += 1,
            b'}' if !in_quotes => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
        backslashes = if byte == b'\\' { backslashes + 1 } else { 0 };
    }
    None
}

/// The Java SDK's JSON reader, which works on UTF-16.
struct JavaJson<'a> {
    units: &'a [u16],
    at: usize,
}

impl JavaJson<'_> {
    fn next(&mut self) -> Option<u16> {
        let unit = self.units.get(self.at).copied();
        self.at += 1;
        unit
    }

    /// The next character after blanks, which is ASCII in all JSON.
    fn peek(&mut self) -> Option<u8> {
        while self.units.get(self.at).is_some_and(|&unit| matches!(unit, 9 | 10 | 13 | 32)) {
            self.at += 1;
        }
        self.units.get(self.at).and_then(|&unit| u8::try_from(unit).ok())
    }

    fn takes(&mut self, expect: u8) -> bool {
        let found = self.peek() == Some(expect);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Option<Value> {
        match self.peek()? {
            b'"' => self.string().map(Value::String),
            b'{' => self.object(),
            b'[' => self.array(),
            _ => self.word(),
        }
    }

    fn object(&mut self) -> Option<Value> {
        let mut members = Map::new();
        self.at += 1;
        while !self.takes(b'}') {
            self.takes(b',');
            let name = self.peek().filter(|&byte| byte == b'"').and_then(|_| self.string())?;
            members.insert(name, self.takes(b':').then(|| self.value())??);
        }
        Some(members.into())
    }

    fn array(&mut self) -> Option<Value> {
        let mut values = Vec::new();
        self.at += 1;
        while !self.takes(b']') {
            self.takes(b',');
            values.push(self.value()?);
        }
        Some(values.into())
    }

    /// Reads a number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<Value> {
        let rest = self.units[self.at..].iter().map_while(|&unit| u8::try_from(unit).ok());
        let word: Vec<u8> = rest.take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).collect();
        self.at += word.len();
        serde_json::from_slice(&word).ok()
    }

    fn string(&mut self) -> Option<String> {
        let mut text = Vec::new();
        self.at += 1;
        loop {
            match self.next()? {
                0x22 => return Some(String::from_utf16_lossy(&text)),
                0x5c => match u8::try_from(self.next()?).ok()? {
                    b'u' => text.push(self.escaped()?),
                    b'b' => text.push(8),
                    b't' => text.push(9),
                    b'n' => text.push(10),
                    b'f' => text.push(12),
                    b'r' => text.push(13),
                    other => text.push(other.into()),
                },
                unit => text.push(unit),
            }
        }
    }

    /// The four digits behind `\u`, of which the letters are computed wrongly: from `k`, not from ten before `a`.
    fn escaped(&mut self) -> Option<u16> {
        let mut value = 0_i32;
        for _ in 0..4 {
            let digit = i32::from(self.next()?);
            let zero = match u8::try_from(digit).ok()? {
                b'0'..=b'9' => b'0',
                b'a'..=b'f' => b'k',
                b'A'..=b'F' => b'K',
                _ => continue,
            };
            value = (value << 4) + digit - i32::from(zero);
        }
        Some((value & 0xffff) as u16)
    }
}
