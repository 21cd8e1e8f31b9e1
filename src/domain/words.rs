//! Words for people: the nearest right one to a misspelt one, wherever a user's names are looked up;
//! sentences in lines, wherever text may be longer than a line.

/// Words in lines of at most so many characters; a word that is longer has a line of its own.
pub(crate) fn wrapped(words: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The right word at the smallest edit distance, if that is small for the word's length.
pub(crate) fn nearest<'a>(word: &str, right: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Words of any length may come from a hostile file.
    if word.len() > 64 {
        return None;
    }
    let limit = (word.chars().count() / 3).max(1);
    right
        .into_iter()
        .filter(|right| right.len() <= 64)
        .map(|right| (distance(&word.to_lowercase(), &right.to_lowercase()), right))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, right)| right)
}

/// The right words of which a word is a part: `latency` is one of `message_latency`.
pub(crate) fn containing<'a>(word: &str, right: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let is_part = |right: &&str| right.split('_').any(|part| part == word);
    if word.is_empty() { Vec::new() } else { right.into_iter().filter(is_part).collect() }
}

/// Edits that turn one word into another: insert, delete, replace, swap neighbours.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_if_it_is_near() {
        let right = ["latency", "loss", "bandwidth"];
        assert_eq!(nearest("latnecy", right), Some("latency"));
        assert_eq!(nearest("los", right), Some("loss"));
        assert_eq!(nearest("colour", right), None);
    }

    #[test]
    fn a_part_of_a_word_leads_to_it() {
        let right = ["message_latency", "sms_latency", "late"];
        assert_eq!(containing("latency", right), ["message_latency", "sms_latency"]);
        assert!(containing("", right).is_empty());
    }
}
