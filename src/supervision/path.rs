//! Where an actor sits in the tree: names joined by `/`, cheap to clone.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// The place of an actor, such as `rooms/a/sources/b`. It never starts with a slash; a root may have the empty
/// name, and its children's paths are then their bare names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Arc<str>);

impl Path {
    /// A path from text; slashes at either end are dropped.
    pub fn new(text: &str) -> Self {
        Path(text.trim_matches('/').into())
    }

    /// The path of a child called `name`, which may itself hold slashes.
    pub fn join(&self, name: &str) -> Self {
        let name = name.trim_matches('/');
        if self.0.is_empty() {
            Path(name.into())
        } else {
            Path(format!("{}/{name}", self.0).into())
        }
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many names the path holds; 0 for a root with the empty name.
    pub fn depth(&self) -> usize {
        if self.0.is_empty() {
            0
        } else {
            self.0.split('/').count()
        }
    }

    /// Whether this path is `ancestor` itself or lies below it.
    pub fn is_within(&self, ancestor: &str) -> bool {
        let ancestor = ancestor.trim_matches('/');
        match self.0.strip_prefix(ancestor) {
            Some(rest) => ancestor.is_empty() || rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_empty() { "/" } else { &self.0 })
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl AsRef<str> for Path {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Path {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Path {
    fn from(text: &str) -> Self {
        Path::new(text)
    }
}
