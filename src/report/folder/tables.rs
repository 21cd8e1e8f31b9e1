//! The tables of a study: `points.csv`, `results.csv` and `slo.csv`, written point by point, so that
//! a study of any size takes the memory of one; pictures of its figures at the end.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::PathBuf;

use crate::measure::results::{Metric, Slo};
use crate::report::document::csv::unit_of;
use crate::report::document::points::{Line, PointRow, Points, Reading};
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
    slo: Table,
    rows: Vec<PointRow>,
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
        let figure = ["metric", "labels", "statistic", "value", "unit", "low", "high"];
        let line = ["line", "observed", "unit", "passed", "replications", "held"];
        let points = head(&["point", "topology"], &[columns, parameters], &[]);
        Ok(Self {
            folder,
            points: Table::begin(folder, "points.csv", &points)?,
            results: Table::begin(
                folder,
                "results.csv",
                &head(&["point", "replication"], &[columns], &figure),
            )?,
            slo: Table::begin(folder, "slo.csv", &head(&["point"], &[columns], &line))?,
            columns: columns.to_vec(),
            parameters: parameters.to_vec(),
            rows: Vec::new(),
            readings: Vec::new(),
            lines: Vec::new(),
        })
    }

    /// The next point.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(crate) fn point(&mut self, row: PointRow) -> Result<(), FolderError> {
        let mut fields = vec![self.rows.len().to_string(), row.topology.clone()];
        fields.extend(row.columns.iter().chain(&row.parameters).cloned());
        self.points.row(&fields)?;
        self.rows.push(row);
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
        self.figures(&replication.to_string(), metrics)
    }

    /// Figures of all replications of the point in hand together, with intervals.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(crate) fn pooled<'m>(
        &mut self,
        metrics: impl Iterator<Item = &'m Metric> + Clone,
    ) -> Result<(), FolderError> {
        let (point, _) = self.lead();
        self.readings.extend(metrics.clone().flat_map(|metric| Reading::of(point, metric)));
        self.figures("all", metrics)
    }

    fn figures<'m>(
        &mut self,
        replication: &str,
        metrics: impl Iterator<Item = &'m Metric>,
    ) -> Result<(), FolderError> {
        let (point, columns) = self.lead();
        let mut fields = vec![point.to_string(), replication.to_owned()];
        fields.extend(columns);
        let own = fields.len();
        for metric in metrics {
            let labels = metric.joined();
            for (statistic, value) in metric.figures() {
                fields.truncate(own);
                let unit = unit_of(statistic, &metric.unit).to_owned();
                let figure = [&*metric.name, &labels, statistic].map(str::to_owned);
                fields.extend(figure.into_iter().chain([value.to_string(), unit]));
                // One replication has none of its own; those of its parts belong to the pooled row.
                let ends = metric.interval95.get(statistic).filter(|_| replication == "all");
                fields.extend(match ends {
                    Some(ends) => ends.map(|end| end.to_string()),
                    None => [const { String::new() }; 2],
                });
                self.results.row(&fields)?;
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
            fields.extend([line.line.clone(), observed, line.unit.clone()]);
            fields.extend([line.passed.to_string(), of.to_string(), held.to_string()]);
            self.slo.row(&fields)?;
            self.lines.push(Line {
                point,
                line: line.line.clone(),
                observed: line.shown(),
                passed: line.passed,
                held: (*held, of),
            });
        }
        Ok(())
    }

    /// Ends the tables of the study `name`, draws the pictures and writes the page.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(crate) fn end(self, name: &str) -> Result<(), FolderError> {
        self.points.end()?;
        self.results.end()?;
        self.slo.end()?;
        let study = Points { columns: self.columns, parameters: self.parameters, rows: self.rows };
        for (picture, svg) in curves::draw(&study, &self.readings) {
            self.folder.put(&format!("plots/{picture}.svg"), svg.as_bytes())?;
        }
        let page = html::sweep::sweep_page(name, &study, &self.readings, &self.lines);
        self.folder.put(html::NAME, page.as_bytes())?;
        Ok(())
    }
}
