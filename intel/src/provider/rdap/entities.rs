//! The people and organisations of an object, by their roles.
//!
//! Entities lie within entities: a registrar holds the contact that takes complaints about it. Roles are a list, a single
//! text, in any case. Depth is bounded by the reader of JSON, and an answer of registries has a few dozen of them.

use super::card::{self, Found};
use crate::provider::lenient::Node;

/// One entity with what it is to the object.
#[derive(Debug)]
pub(super) struct Entity<'a> {
    pub(super) node: Node<'a>,
    roles: Vec<String>,
    pub(super) handle: Option<String>,
    pub(super) card: Option<Found>,
}

impl<'a> Entity<'a> {
    fn new(node: Node<'a>) -> Self {
        let roles = node.get("roles").items().filter_map(Node::text).map(|role| role.to_lowercase()).collect();
        Self { node, roles, handle: node.get("handle").text(), card: card::read(node) }
    }

    /// Whether it has a role (RFC 9083 §10.2.4).
    pub(super) fn is(&self, role: &str) -> bool {
        self.roles.iter().any(|known| known == role)
    }

    /// The entities directly in it.
    pub(super) fn inner(&self) -> Vec<Self> {
        of(self.node)
    }

    /// Its roles, in its own order.
    pub(super) fn roles(&self) -> &[String] {
        &self.roles
    }
}

/// The entities directly in an object.
pub(super) fn of(object: Node<'_>) -> Vec<Entity<'_>> {
    object.get("entities").items().filter(|entity| entity.is_object()).map(Entity::new).collect()
}

/// All entities in an object, those within others after them.
pub(super) fn all(object: Node<'_>) -> Vec<Entity<'_>> {
    let mut found = of(object);
    let mut next = 0;
    while let Some(inner) = found.get(next).map(Entity::inner) {
        found.extend(inner);
        next += 1;
    }
    found
}
