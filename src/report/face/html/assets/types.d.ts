// The data of a page as `data.rs`, `capacity.rs`, `compare.rs` and `sweep.rs` write it, for the
// type check alone. `tests/it/page_script.rs` holds it to pages that the program makes.

type Label =
  "route" | "from" | "to" | "reason" | "stage" | "operator" | "station" | "scope" | "kind";
type Figure = "count" | "mean" | "min" | "max" | "p50" | "p90" | "p95" | "p99" | "p999";
type Loss = "messages_refused" | "messages_expired" | "messages_lost";
type MetricName =
  | Loss
  | "message_latency"
  | "route_stage_time"
  | "messages_offered"
  | "messages_delivered"
  | "messages_in_flight"
  | "presence_latency"
  | "presence_first_watcher"
  | "presence_last_watcher"
  | "station_utilisation"
  | "station_queue_length"
  | "agreement_messages"
  | "settlement";
type CurveName =
  | Loss
  | "messages_offered"
  | "messages_delivered"
  | "message_latency"
  | "presence_notifications"
  | "sms_submitted"
  | "sms_attempts"
  | "sms_delivered"
  | "sms_retried"
  | "sms_expired"
  | "station_utilisation"
  | "station_queue_length"
  | "agreement_messages";
type Statistic = "rate" | "mean" | "p50" | "p95" | "p99";
/** A value that may be unknown. */
type Known = number | null;

/** Rows of one metric: places of the labels' values in `names` (-1: all of them), then figures. */
interface MetricTable {
  labels: Label[];
  unit: string;
  figures: Figure[];
  rows: Known[][];
}
type OperatorKind = "imsp" | "ims" | "mno" | "hub";
interface OperatorData {
  name: string;
  kind: OperatorKind;
  im: number;
  sms_only: number;
  /** Messages a second of all nodes of its SMSC. */
  licence: Known;
}
/** A limit that an SLO line sets: to which figure, of what, and how much in words. */
interface BoundData {
  metric: string;
  statistic: string;
  at: number;
  words: string;
  route?: string;
  station?: string;
  from?: string;
  to?: string;
  operator?: string;
}
/** An agreement of two operators, by their places in `operators`. */
interface AgreementData {
  between: number[];
  protocol: string;
}
/**
 * A part that queues: its kind as names have it, whose it is, or which two operators it joins;
 * `short` without their names.
 */
interface StationData {
  name: string;
  short: string;
  kind: string;
  of: string[];
}
/** Something that changes during the run; `usual` is a stage that is as if there were none. */
interface Moment {
  from: number;
  to: Known;
  short: string;
  long: string;
  usual: boolean;
}
/** A colour of stations that are used less than `below`; the last is that of all others. */
interface ShadeData {
  colour: string;
  below: Known;
  words: string;
}
interface StageData {
  name: string;
  colour: string;
  opacity: number;
}
interface RouteData {
  name: string;
  sms: boolean;
}

/** A point of a line: value, figure, its interval where it is known, 1 if the figure is a lower bound. */
type Point = Known[];
/** A chart that is drawn as it comes. */
interface ReadyChart {
  x: { name: string; names?: string[] | null };
  y: { name: string; unit: string; log: boolean };
  lines: { name: string; points: Point[] }[];
  stops?: { at: number; words: string }[];
  bands?: { from: number; to: number; words: string }[];
  remark?: string;
}
type Verdict = "worse" | "better" | "changed" | "cannot tell" | "same";
interface ChangeData {
  name: string;
  /** The alternative's over the baseline's; `moved` and `interval` say the same in words. */
  value: number;
  low: Known;
  high: Known;
  verdict: Verdict;
  moved: string;
  interval: string | null;
  words: string;
}
/** What the points of a sweep differ in; `numbers` where all values are numbers of one unit. */
interface AxisData {
  name: string;
  unit: string;
  values: string[];
  numbers: number[] | null;
}
interface FigureData {
  name: string;
  unit: string;
  values: Known[];
  low: Known[];
  high: Known[];
  /** Which of them are lower bounds; left out where none is. */
  least?: boolean[];
}
interface StudyData {
  charts?: Record<string, ReadyChart>;
  rows?: ChangeData[];
  axes?: AxisData[];
  figures?: FigureData[];
}

/** The whole; a page of more than one run has `study` alone. */
interface PageData {
  name?: string;
  names?: string[];
  metrics?: Partial<Record<MetricName, MetricTable>>;
  series?: [CurveName, string, Statistic, Known[]][];
  times?: number[];
  end?: number;
  marks?: Moment[];
  bounds?: BoundData[];
  operators?: OperatorData[];
  agreements?: AgreementData[];
  stations?: StationData[];
  shades?: ShadeData[];
  stages?: StageData[];
  routes?: RouteData[];
  study?: StudyData;
}

// What the script makes of it.

/** A row of a metric: its labels, and its figures where they are known. */
type Row = Partial<Record<Label, string>> & Partial<Record<Figure, Known>>;
type Curve = Partial<Record<Label, string>> & {
  metric: CurveName;
  statistic: Statistic;
  values: Known[];
};
/** A line over time: a value for each interval. */
interface TimeLine {
  name: string;
  values: Known[];
  colour?: string;
  dash?: string;
}
/** Where a chart draws, in its own units. */
interface Area {
  left: number;
  right: number;
  upper: number;
  lower: number;
}
/** A line across a chart. */
interface Level {
  at: number;
  words: string;
}
interface Axis {
  at: (value: number) => number;
  ticks: number[];
}
interface Canvas {
  picture: SVGSVGElement;
  width: number;
  frame: HTMLElement;
}
/** A row of the box beside the pointer: colour, words, figure. */
type TipRow = [string, string, string];
type Format = (value: Known | undefined) => string;
