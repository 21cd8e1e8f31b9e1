//! The tables of a study: `points.csv`, `results.csv`, `pooled.csv` and `slo.csv`, written point by point, so that
//! a study of any size takes the memory of one; pictures of its figures at the end.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::PathBuf;

use crate::measure::catalogue::Label;
use crate::measure::results::{Metric, Slo};
use crate::report::document::csv::unit_of;
use crate::report::document::points::{Line, PointRow, Points, Reading, State};
use crate::report::face::{curves, html};
use crate::report::folder::tasks::{StudyFolder, io};
use crate::report::folder::write::FolderError;

/// Tables that are being written.
#[derive(Debug)]
pub(crate) struct Tables<'a> {
    folder: &'a StudyFolder,
    columns: Vec<String>,
    parameters: Vec<String>,
    points: Table,
    results: Table,
    pooled: Table,
    slo: Table,
    rows: Vec<PointRow>,
    states: Vec<State>,
    readings: Vec<Reading>,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Table {
    path: PathBuf,
    beside: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
}

impl Table {
    fn begin(folder: &StudyFolder, name: &str, head: &[&str]) -> Result<Self, FolderError> {
        let (path, beside) = (folder.dir().join(name), folder.beside(name));
        let file = File::create(&beside).map_err(|error| io(&path, &error))?;
        let mut table =
            Self { path, beside, writer: csv::Writer::from_writer(BufWriter::new(file)) };
        table.row(head)?;
        Ok(table)
    }

    fn row<T: AsRef<str>>(&mut self, fields: &[T]) -> Result<(), FolderError> {
        let written = self.writer.write_record(fields.iter().map(T::as_ref));
        written.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> FolderError {
        FolderError::Io { path: self.path.clone(), reason: error.to_string() }
    }

    fn end(mut self) -> Result<(), FolderError> {
        self.writer.flush().map_err(|error| self.failed(&error))?;
        let (path, beside) = (self.path.clone(), self.beside.clone());
        drop(self.writer);
        fs::rename(beside, &path).map_err(|error| io(&path, &error))
    }
}

impl<'a> Tables<'a> {
    /// Begins the tables of a study with these columns and parameters.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(crate) fn begin(
        folder: &'a StudyFolder,
        columns: &[String],
        parameters: &[String],
    ) -> Result<Self, FolderError> {
        fn head<'h>(first: &[&'h str], own: &[&'h [String]], last: &[&'h str]) -> Vec<&'h str> {
            let own = own.iter().flat_map(|own| own.iter().map(String::as_str));
            first.iter().copied().chain(own).chain(last.iter().copied()).collect()
        }
        // A column for each label, so that rows are told apart by values alone.
        let figure = ["statistic", "value", "unit"];
        let figure = [&["metric"], &Label::NAMES[..], &figure].concat();
        let pooled = [&figure[..], &["low", "high", "at_least"]].concat();
        let line =
            ["line", "observed", "at_least", "unit", "passed", "undecided", "replications", "held"];
        let points = head(
            &["point", "topology"],
            &[columns, parameters],
            &["replications", "unsteady", "full"],
        );
        Ok(Self {
            folder,
            points: Table::begin(folder, "points.csv", &points)?,
            results: Table::begin(
                folder,
                "results.csv",
                &head(
                    &["point", "replication"],
                    &[columns],
                    &[&figure[..], &["at_least"]].concat(),
                ),
            )?,
            pooled: Table::begin(folder, "pooled.csv", &head(&["point"], &[columns], &pooled))?,
            slo: Table::begin(folder, "slo.csv", &head(&["point"], &[columns], &line))?,
            columns: columns.to_vec(),
            parameters: parameters.to_vec(),
            rows: Vec::new(),
            states: Vec::new(),
            readings: Vec::new(),
            lines: Vec::new(),
        })
    }

    /// The next point.
    pub(crate) fn point(&mut self, row: PointRow) {
        self.rows.push(row);
    }

    /// How the runs of the point in hand went.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(crate) fn state(&mut self, state: State) -> Result<(), FolderError> {
        let Some(row) = self.rows.last() else { return Ok(()) };
        let mut fields = vec![(self.rows.len() - 1).to_string(), row.topology.clone()];
        fields.extend(row.columns.iter().chain(&row.parameters).cloned());
        fields.extend([state.replications, state.unsteady].map(|count| count.to_string()));
        fields.push(state.full.join(" "));
        self.points.row(&fields)?;
        self.states.push(state);
        Ok(())
    }

    /// Number and columns of the point in hand, in front of its rows.
    fn lead(&self) -> (u32, Vec<String>) {
        let number = self.rows.len().saturating_sub(1) as u32;
        (number, self.rows.last().map_or_else(Vec::new, |row| row.columns.clone()))
    }

    /// Figures of one replication of the point in hand.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(crate) fn replication<'m>(
        &mut self,
        replication: u32,
        metrics: impl Iterator<Item = &'m Metric>,
    ) -> Result<(), FolderError> {
        let (point, columns) = self.lead();
        let mut lead = vec![point.to_string(), replication.to_string()];
        lead.extend(columns);
        for metric in metrics {
            for (statistic, fields) in figures(metric) {
                let least = [metric.is_least(statistic).to_string()];
                self.results.row(&[&lead[..], &fields, &least].concat())?;
            }
        }
        Ok(())
    }

    /// Figures of all replications of the point in hand together, with intervals.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(crate) fn pooled<'m>(
        &mut self,
        metrics: impl Iterator<Item = &'m Metric> + Clone,
    ) -> Result<(), FolderError> {
        let (point, columns) = self.lead();
        self.readings.extend(metrics.clone().flat_map(|metric| Reading::of(point, metric)));
        let lead = [vec![point.to_string()], columns].concat();
        for metric in metrics {
            for (statistic, fields) in figures(metric) {
                let ends = match metric.interval95.get(statistic) {
                    Some(ends) => ends.map(|end| end.to_string()),
                    None => [const { String::new() }; 2],
                };
                let [low, high] = ends;
                let more = [low, high, metric.is_least(statistic).to_string()];
                self.pooled.row(&[&lead[..], &fields, &more].concat())?;
            }
        }
        Ok(())
    }

    /// How the SLO lines of the point in hand went, and in how many of its replications each held.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(crate) fn slo(&mut self, lines: &[Slo], of: u32, held: &[u32]) -> Result<(), FolderError> {
        let (point, columns) = self.lead();
        for (line, held) in lines.iter().zip(held) {
            let mut fields = vec![point.to_string()];
            fields.extend(columns.iter().cloned());
            let observed = line.observed.map_or(String::new(), |value| value.to_string());
            fields.extend([line.line.clone(), observed, line.at_least.to_string()]);
            fields.extend([line.unit.clone(), line.passed.to_string(), line.undecided.to_string()]);
            fields.extend([of.to_string(), held.to_string()]);
            self.slo.row(&fields)?;
            self.lines.push(Line {
                point,
                line: line.line.clone(),
                observed: line.shown(),
                passed: line.passed,
                undecided: line.undecided,
                held: (*held, of),
            });
        }
        Ok(())
    }

    /// Ends the tables of the study `name`, draws the pictures and writes the page; how the
    /// runs of each point went.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(crate) fn end(self, name: &str) -> Result<Vec<State>, FolderError> {
        self.points.end()?;
        self.results.end()?;
        self.pooled.end()?;
        self.slo.end()?;
        let Self { columns, parameters, rows, states, .. } = self;
        let study = Points { columns, parameters, rows, states };
        for (picture, svg) in curves::draw(&study, &self.readings) {
            let name = format!("plots/{picture}.svg");
            let path = self.folder.dir().join(&name);
            let svg = svg.map_err(|reason| FolderError::Io { path, reason })?;
            self.folder.put(&name, svg.as_bytes())?;
        }
        let page = html::sweep::sweep_page(name, &study, &self.readings, &self.lines);
        self.folder.put(html::NAME, page.as_bytes())?;
        Ok(study.states)
    }
}

/// The figures of a metric with their statistics: name, a field for each label, statistic, value, unit.
fn figures(metric: &Metric) -> impl Iterator<Item = (&'static str, Vec<String>)> {
    let labels = Label::NAMES.map(|name| metric.label(name).to_owned());
    let lead = [vec![metric.name.to_string()], labels.to_vec()].concat();
    metric.figures().into_iter().map(move |(statistic, value)| {
        let unit = unit_of(statistic, &metric.unit).to_owned();
        (statistic, [&lead[..], &[statistic.to_owned(), value.to_string(), unit]].concat())
    })
}
