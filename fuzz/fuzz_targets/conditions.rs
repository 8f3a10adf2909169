//! Members and conditions out of any text, kept in a base segment and deltas, in a delta alone, and by their naive
//! twin: all three say the same of everybody.
//!
//! A line is a step: `p` user tag value puts a value, `s` user sum puts what a member paid, `m` begins a merge or ends
//! the one that was begun, `t` operator tag value makes a condition, `n` negates the last rule, `a` and `o` join the
//! last two. User, operator and tag are one character each.

#![no_main]

use domain::condition::{Condition, Op, Value};
use domain::tag::{Tag, TagKind};
use libfuzzer_sys::fuzz_target;
use segment::{Expr, Members};

#[path = "../../crates/server/src/index/mapping.rs"]
#[allow(dead_code, reason = "this target needs a part of the mapping")]
mod mapping;

#[path = "../../crates/segment/tests/it/naive.rs"]
#[allow(dead_code, reason = "this target needs a part of the twin")]
mod naive;

use naive::{Rule, Twin};

/// 2026-03-01.
const TODAY: i32 = 20_513;

fuzz_target!(|text: &str| {
    let tag = |kind: TagKind| Tag { code: kind.name().to_owned(), name: String::new(), kind, values: Vec::new() };
    let tags = TagKind::ALL.map(tag);
    let columns: Vec<_> = tags.iter().map(mapping::column).collect();
    let empty = || Members::new(columns.clone(), &[0, 3]);
    let (mut members, mut scan, mut merge, mut twin) = (empty(), empty(), None, Twin::new(columns.clone()));
    let mut rules: Vec<(Expr, Rule)> = Vec::new();
    for line in text.lines().take(64) {
        let mut characters = line.chars();
        let kind = characters.next();
        let mut next = |of: usize| characters.next().map_or(0, |character| character as usize % of);
        match kind {
            Some('p') => {
                let (user, tag) = (next(8) as u64, next(tags.len()));
                let value = characters.as_str();
                if let Ok(parsed) = Value::parse(tags[tag].kind, value) {
                    let version = twin.users().count() as u32 + rules.len() as u32 + 1;
                    let cells = [(tag, mapping::cell(parsed))];
                    let taken = members.put(user, version, &cells);
                    assert_eq!(scan.put(user, version, &cells), taken);
                    assert_eq!(twin.put(user, version, &[(tag, value.to_owned())]), taken);
                }
            }
            Some('s') => {
                let (user, fen) = (next(8) as u64, next(1 << 20) as i64);
                let version = rules.len() as u32 + 1;
                let taken = members.put_sum(user, version, fen);
                assert_eq!(scan.put_sum(user, version, fen), taken);
                assert_eq!(twin.put_sum(user, version, fen), taken);
            }
            Some('m') => match merge.take() {
                None => merge = members.begin_merge(),
                Some(begun) => members.end_merge(segment::Merge::run(begun)),
            },
            Some('t') => {
                let (op, tag) = (Op::ALL[next(Op::ALL.len())], next(tags.len()));
                let value = characters.as_str();
                // Circles are compared elsewhere, with radii that rounding does not decide.
                if let (Ok(condition), true) = (Condition::on_tag(&tags[tag], op, value), op != Op::Locate) {
                    let expr = mapping::expr(vec![condition], &columns).expect("every tag has its column");
                    rules.push((expr, Rule::Test(of_twin(op), tag, value.to_owned())));
                }
            }
            Some('n') => {
                if let Some((expr, rule)) = rules.pop() {
                    rules.push((Expr::Not(Box::new(expr)), Rule::Not(Box::new(rule))));
                }
            }
            Some(join @ ('a' | 'o')) if 2 <= rules.len() => {
                let (exprs, both): (Vec<_>, Vec<_>) = rules.split_off(rules.len() - 2).into_iter().unzip();
                rules.push(match join {
                    'a' => (Expr::All(exprs), Rule::All(both)),
                    _ => (Expr::Any(exprs), Rule::Any(both)),
                });
            }
            _ => {}
        }
    }
    for (expr, rule) in &rules {
        let expect = twin.count(rule, &[0, 3], TODAY);
        assert_eq!(members.count(expr, &[0, 3], TODAY), expect, "{rule:?}");
        assert_eq!(scan.count(expr, &[0, 3], TODAY), expect, "{rule:?}");
        for user in twin.users() {
            assert_eq!(members.matches(user, expr, TODAY), twin.matches(user, rule, TODAY), "{user} {rule:?}");
        }
    }
});

/// The operator as the twin names it.
fn of_twin(op: Op) -> naive::Op {
    match op {
        Op::Eq => naive::Op::Eq,
        Op::Neq => naive::Op::Neq,
        Op::Gt => naive::Op::Gt,
        Op::GtEq => naive::Op::GtEq,
        Op::Lt => naive::Op::Lt,
        Op::LtEq => naive::Op::LtEq,
        Op::Like => naive::Op::Like,
        Op::In => naive::Op::In,
        Op::NotIn => naive::Op::NotIn,
        Op::Between => naive::Op::Between,
        Op::LeftDays => naive::Op::LeftDays,
        Op::RightDays => naive::Op::RightDays,
        Op::Locate => naive::Op::Locate,
    }
}
