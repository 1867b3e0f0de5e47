//! The `eragraph` command.
use eragraph::history::*;
fn main() {
    let files = eragraph::repository::read_inputs(&[std::env::args().nth(1).unwrap().into()]).unwrap();
    let (parsed, after) = eragraph::repository::check_files(
        &files,
        &Default::default(),
        &[],
        std::env::args().nth(2).as_deref().map(std::path::Path::new),
    );
    println!("{}", parsed.report.to_human(Default::default()));
    let history = History::build(std::sync::Arc::new(after));
    let m = |t: &str| {
        eragraph::model::Day::parse(t)
            .map(Moment::Day)
            .or_else(|| history.corpus().snapshots.keys().find(|k| k.as_str() == t).cloned().map(Moment::Snapshot))
            .or_else(|| Some(Moment::Era(eragraph::model::EraId::new(t).unwrap())))
            .unwrap()
    };
    if let (Some(a), Some(b)) = (std::env::args().nth(3), std::env::args().nth(4)) {
        let d = eragraph::diff::diff(
            history.view(&m(&a), Lens::default()).unwrap(),
            history.view(&m(&b), Lens::default()).unwrap(),
            Default::default(),
        );
        for c in &d.changes {
            println!(
                "{:?} {:?} {} {:?} {:?}..{:?} :: {}",
                c.kind,
                c.verdict,
                history.unit_id(c.unit),
                c.relation,
                c.not_before,
                c.not_after,
                d.explain(c)
            );
        }
    }
    for c in history.conflicts() {
        println!("{:?} {} {}", c.kind, c.key, c.explanation);
    }
}
