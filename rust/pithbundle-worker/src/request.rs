//! Requests as the runner writes them. They are not inputs: strings may contain lone surrogates.

/// A value of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// The code points, lone surrogates among them.
    Text(Vec<u32>),
    /// An array.
    Array(Vec<Value>),
    /// An object, in the order of the text.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The member of a name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(each, _)| each == name).map(|(_, value)| value)
    }

    /// The value of an integer.
    pub fn int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// The items of an array.
    pub fn items(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The text, `None` if it is no string or has a lone surrogate.
    pub fn text(&self) -> Option<String> {
        let Self::Text(points) = self else { return None };
        points.iter().map(|&point| char::from_u32(point)).collect()
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

struct Parser<'a> {
    data: &'a [u8],
    at: usize,
}

/// The deepest request: the runner writes arrays in arrays.
const DEEPEST: usize = 64;

/// The request in a line.
pub fn parse(line: &[u8]) -> Option<Value> {
    let mut parser = Parser { data: line, at: 0 };
    let value = parser.value(0)?;
    parser.space();
    (parser.at == line.len()).then_some(value)
}

impl Parser<'_> {
    fn space(&mut self) {
        while matches!(self.data.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, token: &[u8]) -> Option<()> {
        self.space();
        self.data.get(self.at..)?.starts_with(token).then(|| self.at += token.len())
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.space();
        if depth > DEEPEST {
            return None;
        }
        match self.data.get(self.at)? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(Value::Text),
            b'n' => self.take(b"null").map(|()| Value::Null),
            b't' => self.take(b"true").map(|()| Value::Bool(true)),
            b'f' => self.take(b"false").map(|()| Value::Bool(false)),
            _ => {
                let start = self.at;
                while matches!(self.data.get(self.at), Some(b'-' | b'0'..=b'9')) {
                    self.at += 1;
                }
                std::str::from_utf8(&self.data[start..self.at]).ok()?.parse().ok().map(Value::Int)
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        let mut members = Vec::new();
        self.take(b"{")?;
        if self.take(b"}").is_some() {
            return Some(Value::Object(members));
        }
        loop {
            self.space();
            let name: Option<String> = self.string()?.into_iter().map(char::from_u32).collect();
            self.take(b":")?;
            members.push((name?, self.value(depth + 1)?));
            if self.take(b"}").is_some() {
                return Some(Value::Object(members));
            }
            self.take(b",")?;
        }
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        self.take(b"[")?;
        if self.take(b"]").is_some() {
            return Some(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b"]").is_some() {
                return Some(Value::Array(items));
            }
            self.take(b",")?;
        }
    }

    fn string(&mut self) -> Option<Vec<u32>> {
        self.take(b"\"")?;
        let mut out: Vec<u32> = Vec::new();
        loop {
            let rest = &self.data[self.at..];
            let run = rest.iter().position(|c| matches!(c, b'"' | b'\\'))?;
            out.extend(std::str::from_utf8(&rest[..run]).ok()?.chars().map(u32::from));
            self.at += run + 1;
            if rest[run] == b'"' {
                return Some(out);
            }
            let escape = *self.data.get(self.at)?;
            self.at += 1;
            let point = match escape {
                b'b' => 8,
                b't' => 9,
                b'n' => 10,
                b'f' => 12,
                b'r' => 13,
                b'u' => {
                    let digits = std::str::from_utf8(self.data.get(self.at..self.at + 4)?).ok()?;
                    self.at += 4;
                    u32::from_str_radix(digits, 16).ok()?
                }
                other => u32::from(other),
            };
            // Two halves are one character.
            match out.last_mut() {
                Some(high)
                    if escape == b'u'
                        && (0xD800..0xDC00).contains(high)
                        && (0xDC00..0xE000).contains(&point) =>
                {
                    *high = 0x10000 + ((*high - 0xD800) << 10) + (point - 0xDC00);
                }
                _ => out.push(point),
            }
        }
    }
}
