//! The tree of a topology: values with their places and, once completed, their meaning. A completed
//! tree is read here without fall-backs: what was refused is stood in for, since no federation comes
//! of it; a key that the table does not have is a mistake of this program and a panic.

use super::place::Place;
use super::words::Words;
use crate::domain::time::Duration;

/// A value with its place. Values that the file does not have come from defaults.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// Where it stands; a default, where the map stands that lacks it.
    pub(crate) place: Place,
    /// Who decided it.
    pub(crate) origin: Origin,
    /// What it is.
    pub(crate) value: Value,
    /// What it means, once it is completed.
    pub(crate) meaning: Meaning,
}

/// Who decided a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The format: the file leaves it out.
    Default,
    /// The file says it.
    File,
    /// An option of the command line.
    CommandLine,
}

/// A value as written, before the table of keys says what it means.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// Any scalar, as written; quotes resolved.
    Scalar(String),
    /// A list, in the order of the file.
    List(Vec<Node>),
    /// A map, in the order of the file.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// The key as written, quotes resolved.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) place: Place,
    /// What the key is set to.
    pub(crate) node: Node,
}

/// What a value means by the table of keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Meaning {
    /// What it is: a text, a list, a map; or not completed yet.
    Itself,
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Count(u64),
    /// A number, a share, a rate a second, bits a second.
    Number(f64),
    /// A length of time.
    Duration(Duration),
    /// One of the words it may be.
    Word(&'static str),
    /// Nothing: it is wrong, or lacks what it must have, and that has been said.
    Refused,
}

/// Stands for what is missing where that has been said.
static REFUSED: Node = Node {
    place: Place::File,
    origin: Origin::Default,
    value: Value::Map(Vec::new()),
    meaning: Meaning::Refused,
};

/// A kind of meaning; its default stands in for what was refused.
pub(crate) trait Means: Default {
    /// The meaning, if it is of this kind.
    fn of(meaning: Meaning) -> Option<Self>;
}

impl Means for bool {
    fn of(meaning: Meaning) -> Option<Self> {
        if let Meaning::Flag(flag) = meaning { Some(flag) } else { None }
    }
}

impl Means for u64 {
    fn of(meaning: Meaning) -> Option<Self> {
        if let Meaning::Count(count) = meaning { Some(count) } else { None }
    }
}

impl Means for u32 {
    fn of(meaning: Meaning) -> Option<Self> {
        u64::of(meaning)?.try_into().ok()
    }
}

impl Means for f64 {
    fn of(meaning: Meaning) -> Option<Self> {
        if let Meaning::Number(number) = meaning { Some(number) } else { None }
    }
}

impl Means for Duration {
    fn of(meaning: Meaning) -> Option<Self> {
        if let Meaning::Duration(length) = meaning { Some(length) } else { None }
    }
}

impl Node {
    /// Another value in its place.
    pub(crate) fn with(&self, value: Value, meaning: Meaning) -> Self {
        Self { place: self.place, origin: self.origin, value, meaning }
    }

    /// The value of a key, if this is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The value of a key that the table fills in.
    pub(crate) fn part(&self, key: &str) -> &Node {
        match self.get(key) {
            Some(node) => node,
            None if self.meaning == Meaning::Refused => &REFUSED,
            None => panic!("`{key}` is read, but the table of keys does not fill it in"),
        }
    }

    /// What the value of a key means.
    pub(crate) fn read<T: Means>(&self, key: &str) -> T {
        self.part(key).meant()
    }

    /// What it means; of what was refused, the default.
    pub(crate) fn meant<T: Means>(&self) -> T {
        self.known().unwrap_or_default()
    }

    /// What it means, unless it was refused.
    pub(crate) fn known<T: Means>(&self) -> Option<T> {
        let meaning = self.meaning;
        (meaning != Meaning::Refused).then(|| {
            T::of(meaning).unwrap_or_else(|| panic!("{meaning:?} is read as another kind"))
        })
    }

    /// Which of these words the value of a key is.
    pub(crate) fn word<T: Copy>(&self, key: &str, words: &Words<T>) -> T {
        self.part(key).one_of(words).unwrap_or(words.first())
    }

    /// Which of these words a list has.
    pub(crate) fn words<T: Copy>(&self, words: &Words<T>) -> Vec<T> {
        self.items().iter().filter_map(|item| item.one_of(words)).collect()
    }

    /// Which of these words it is, unless it was refused.
    pub(crate) fn one_of<T: Copy>(&self, words: &Words<T>) -> Option<T> {
        match self.meaning {
            Meaning::Refused => None,
            Meaning::Word(word) if words.list.contains(&word) => words.meaning(word),
            other => panic!("{other:?} is read as one of {:?}", words.list),
        }
    }

    /// Which of these keys the only entry of a map has, with its value; nothing of a value that is
    /// no map, or if it was refused.
    pub(crate) fn kind<T: Copy>(&self, words: &Words<T>) -> Option<(T, &Node)> {
        if self.meaning == Meaning::Refused || !self.is_map() {
            return None;
        }
        let [Entry { key, node, .. }] = self.entries() else {
            panic!("one of {:?} is read of a map of several keys", words.list);
        };
        let Some(kind) = words.meaning(key) else {
            panic!("`{key}` is read as one of {:?}", words.list);
        };
        Some((kind, node))
    }

    /// Whether it or anything within it was refused: what follows from it is not known.
    pub(crate) fn is_refused(&self) -> bool {
        self.meaning == Meaning::Refused
            || self.items().iter().any(Self::is_refused)
            || self.entries().iter().any(|entry| entry.node.is_refused())
    }

    /// Whether it is one of the words it may be.
    pub(crate) fn is_word(&self) -> bool {
        matches!(self.meaning, Meaning::Word(_))
    }

    /// Whether it is a map.
    pub(crate) fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// The keys and values of a map; none of anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar; empty for anything else.
    pub(crate) fn text(&self) -> &str {
        match &self.value {
            Value::Scalar(text) => text,
            _ => "",
        }
    }

    /// The place of a key's value, or else of this.
    pub(crate) fn place_of(&self, key: &str) -> Place {
        self.get(key).map(|node| node.place).filter(|place| !place.is_empty()).unwrap_or(self.place)
    }

    /// Gives this and everything within it the same place.
    pub(crate) fn put(&mut self, place: Place) {
        self.place = place;
        match &mut self.value {
            Value::Scalar(_) => {}
            Value::List(items) => items.iter_mut().for_each(|item| item.put(place)),
            Value::Map(entries) => {
                for entry in entries {
                    entry.place = place;
                    entry.node.put(place);
                }
            }
        }
    }
}
