//! "Did you mean …": takes a wrong word and the words that exist, gives the nearest one.
//! Refuses to guess when nothing is near.

/// The candidate nearest to `word`, if one is near enough to be meant.
///
/// Case is ignored. Short words allow one slip, longer ones a third of their length.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = word.to_lowercase();
    let slips = (wanted.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::osa_distance(&wanted, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= slips)
        .min_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(b.1)))
        .map(|(_, candidate)| candidate)
}

/// The hint sentence for the nearest candidate.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn near_words_are_offered_and_far_ones_are_not() {
        let keys = ["title", "tags", "date"];
        assert_eq!(
            did_you_mean("tltle", keys).as_deref(),
            Some("did you mean `title`?")
        );
        assert_eq!(did_you_mean("colour", keys), None);
    }
}
