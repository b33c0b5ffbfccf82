//! The credits of an article that a query asks for: `editor:` covers four roles, and a user who searches for a reviewer
//! wants to see the reviewer.

use crate::article::{Article, Credit, Role};
use crate::query::{Filter, Node};
use gongxun_text::fold::fold;

use crate::search::compile::plan::Mark;
use gongxun_text::fold::fold_char;

/// The credits that a query asks for: names, each in some roles.
#[derive(Debug, Clone)]
pub struct RequestedCredits(Vec<RequestedName>);

/// A predicate on roles, and the folded name.
type RequestedName = (fn(Role) -> bool, String);

impl RequestedCredits {
    /// Returns the names that a tree and filters require; negated clauses require none.
    pub fn of(root: Option<&Node>, filters: &[Filter]) -> RequestedCredits {
        let mut asked = Vec::new();
        filters.iter().for_each(|filter| of_filter(filter, &mut asked));
        let mut open: Vec<&Node> = root.into_iter().collect();
        while let Some(node) = open.pop() {
            match node {
                Node::Filter(filter) => of_filter(filter, &mut asked),
                Node::And(nodes) | Node::Or(nodes) => open.extend(nodes),
                Node::Field { node, .. } => open.push(node),
                _ => {}
            }
        }
        RequestedCredits(asked)
    }

    /// Returns the credits of an article that a filter asks for, or that hold a mark, in the order of the page.
    pub fn credits(&self, article: &Article, marks: &[Mark]) -> Vec<Credit> {
        let mut name: Vec<char> = Vec::new();
        let mut is_asked = |credit: &&Credit| {
            let by_filter = |(role, name): &RequestedName| role(credit.role) && fold(&credit.name) == *name;
            if self.0.iter().any(by_filter) {
                return true;
            }
            name.clear();
            name.extend(credit.name.chars().map(fold_char));
            marks.iter().any(|mark| mark.scope.names && mark.needle.is_in(&name))
        };
        article.credits.iter().filter(&mut is_asked).cloned().collect()
    }
}

fn of_filter(filter: &Filter, asked: &mut Vec<RequestedName>) {
    let mut add = |role: fn(Role) -> bool, name: &str| asked.push((role, fold(name.trim())));
    match filter {
        Filter::Editor(name) => add(Role::edits, name),
        Filter::Author(name) => add(Role::writes, name),
        Filter::Proofreader(name) => add(|role| role == Role::Proofreader, name),
        _ => {}
    }
}
