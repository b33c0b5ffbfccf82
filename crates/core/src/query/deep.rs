//! Query trees of any depth: dropping one never overflows the stack, and its depth can be tested.

use std::mem;

use super::Node;

/// The depth of the deepest tree that is searched. No text parses to a deeper one; only a faulty program builds one.
pub const MAX_TREE_DEPTH: usize = 512;

/// Whether more than `limit` nodes are nested inside one another.
pub fn is_deeper(root: &Node, limit: usize) -> bool {
    let mut open = vec![(root, 1)];
    while let Some((node, depth)) = open.pop() {
        if depth > limit {
            return true;
        }
        match node {
            Node::And(nodes) | Node::Or(nodes) => open.extend(nodes.iter().map(|node| (node, depth + 1))),
            Node::Near { terms, .. } | Node::Together { terms, .. } => {
                open.extend(terms.iter().map(|node| (node, depth + 1)));
            }
            Node::Field { node, .. } | Node::Not(node) => open.push((node, depth + 1)),
            Node::Text(_) | Node::Phrase(_) | Node::Pattern(_) | Node::Filter(_) => {}
        }
    }
    false
}

/// Drops the descendants of a node one by one, each after its own children were taken out of it.
impl Drop for Node {
    fn drop(&mut self) {
        let mut open = Vec::new();
        take(self, &mut open);
        while let Some(mut node) = open.pop() {
            take(&mut node, &mut open);
        }
    }
}

fn take(node: &mut Node, open: &mut Vec<Node>) {
    match node {
        Node::And(nodes) | Node::Or(nodes) => open.append(nodes),
        Node::Near { terms, .. } | Node::Together { terms, .. } => open.append(terms),
        Node::Field { node, .. } | Node::Not(node) => open.push(mem::replace(&mut **node, Node::And(Vec::new()))),
        Node::Text(_) | Node::Phrase(_) | Node::Pattern(_) | Node::Filter(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_tree_goes_without_a_deep_stack() {
        let mut node = Node::And(Vec::new());
        for _ in 0..200_000 {
            node = Node::Not(Box::new(Node::And(vec![node])));
        }
        assert!(is_deeper(&node, MAX_TREE_DEPTH) && !is_deeper(&node, 400_001));
        drop(node);
    }
}
