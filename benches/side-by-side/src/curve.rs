//! A curve of how times grow, as an SVG that can be read on a light and on a dark page.

use std::fmt::Write as _;

use crate::report::Distance;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;
/// The room for what is written at the axes.
const LEFT: f64 = 70.0;
const BELOW: f64 = 50.0;
const MARGIN: f64 = 20.0;

/// Both axes in steps of ten times as much.
struct Axes {
    least: (f64, f64),
    most: (f64, f64),
}

/// Draws times in milliseconds over the changes between the days.
pub fn svg(distances: &[Distance]) -> String {
    let points = |of: fn(&Distance) -> f64| -> Vec<(f64, f64)> {
        distances.iter().map(|distance| (f64::from(distance.changes.max(1)), of(distance) / 1e3)).collect()
    };
    let lines =
        [("SQLite", "#888888", points(|of| of.theirs.median)), ("eragraph", "#3584e4", points(|of| of.ours.median))];
    let axes = Axes::around(&lines.iter().flat_map(|(_, _, points)| points).copied().collect::<Vec<_>>());
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"13\">\n"
    );
    axes.draw(&mut text);
    for (place, (name, colour, points)) in lines.iter().enumerate() {
        let path: Vec<String> =
            points.iter().map(|point| axes.at(*point)).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            path.join(" ")
        );
        for (x, y) in points.iter().map(|point| axes.at(*point)) {
            let _ = writeln!(text, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>");
        }
        let y = MARGIN + 16.0 + 18.0 * f64::from(u8::try_from(place).unwrap_or(0));
        let _ = writeln!(text, "<text x=\"{}\" y=\"{y}\" fill=\"{colour}\">{name}</text>", LEFT + 14.0);
    }
    text.push_str("</svg>\n");
    text
}

impl Axes {
    /// Chooses whole powers of ten around all points.
    fn around(points: &[(f64, f64)]) -> Self {
        let least = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::INFINITY, f64::min).log10().floor();
        let most = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(0.0, f64::max).log10().ceil();
        let (least, most) =
            ((least(|point| point.0), least(|point| point.1)), (most(|point| point.0), most(|point| point.1)));
        Self { least, most }
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let part = |value: f64, least: f64, most: f64| (value.log10() - least) / (most - least).max(1.0);
        (
            LEFT + part(x, self.least.0, self.most.0) * (WIDTH - LEFT - MARGIN),
            HEIGHT - BELOW - part(y, self.least.1, self.most.1) * (HEIGHT - BELOW - MARGIN),
        )
    }

    fn draw(&self, text: &mut String) {
        let powers = |least: f64, most: f64| {
            std::iter::successors(Some(least), move |power| (power + 1.0 <= most).then_some(power + 1.0))
        };
        let line = |text: &mut String, from: (f64, f64), to: (f64, f64)| {
            let _ = writeln!(
                text,
                "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"#888888\" stroke-opacity=\"0.35\"/>",
                from.0, from.1, to.0, to.1
            );
        };
        let write = |text: &mut String, x: f64, y: f64, anchor: &str, what: &str| {
            let _ = writeln!(
                text,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"#888888\">{what}</text>"
            );
        };
        let corner = (10_f64.powf(self.least.0), 10_f64.powf(self.least.1));
        let end = (10_f64.powf(self.most.0), 10_f64.powf(self.most.1));
        for value in powers(self.least.0, self.most.0).map(|power| 10_f64.powf(power)) {
            let (x, y) = self.at((value, corner.1));
            line(text, (x, y), self.at((value, end.1)));
            write(text, x, y + 18.0, "middle", &value.to_string());
        }
        for value in powers(self.least.1, self.most.1).map(|power| 10_f64.powf(power)) {
            let (x, y) = self.at((corner.0, value));
            line(text, (x, y), self.at((end.0, value)));
            write(text, x - 8.0, y + 4.0, "end", &format!("{value} ms"));
        }
        write(text, WIDTH / 2.0, HEIGHT - 10.0, "middle", "changes between the two days");
    }
}
