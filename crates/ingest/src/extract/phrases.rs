//! A fixed list of phrases, searched for in folded characters with one look-up at each character.

/// A list of phrases, indexed by their first character.
pub struct Phrases {
    /// A bit for each character of the basic plane that begins a phrase.
    first: Vec<u64>,
    /// The phrases, sorted by their first character, with their places in the list.
    sorted: Vec<(Box<[char]>, usize)>,
}

impl Phrases {
    /// Indexes the phrases of a list. An empty phrase is never found.
    pub fn new<'a>(list: impl IntoIterator<Item = &'a str>) -> Phrases {
        let mut first = vec![0u64; 0x1_0000 / 64];
        let mut sorted: Vec<(Box<[char]>, usize)> = Vec::new();
        for (place, phrase) in list.into_iter().enumerate() {
            let phrase: Box<[char]> = phrase.chars().collect();
            let Some(code) = phrase.first().map(|c| *c as usize).filter(|c| *c < 0x1_0000) else { continue };
            first[code / 64] |= 1 << (code % 64);
            sorted.push((phrase, place));
        }
        sorted.sort();
        Phrases { first, sorted }
    }

    /// Returns the phrases at the beginning of `chars`: their places in the list and their lengths.
    pub fn at<'a>(&'a self, chars: &'a [char]) -> impl Iterator<Item = (usize, usize)> + 'a {
        let head = chars.first().copied().filter(|c| {
            let code = *c as usize;
            code < 0x1_0000 && self.first[code / 64] & (1 << (code % 64)) != 0
        });
        let from = head.map_or(self.sorted.len(), |head| self.sorted.partition_point(|(p, _)| p[0] < head));
        self.sorted[from..]
            .iter()
            .take_while(move |(p, _)| Some(p[0]) == head)
            .filter(move |(p, _)| chars.starts_with(p))
            .map(|(p, place)| (*place, p.len()))
    }

    /// Returns the longest phrase at the beginning of `chars`.
    pub fn longest_at(&self, chars: &[char]) -> Option<(usize, usize)> {
        self.at(chars).max_by_key(|(_, len)| *len)
    }

    /// Counts the phrases that stand anywhere in `chars`, each once, up to `most`.
    pub fn count_in(&self, chars: &[char], most: usize) -> usize {
        let mut seen: Vec<usize> = Vec::new();
        for at in 0..chars.len() {
            for (place, _) in self.at(&chars[at..]) {
                if !seen.contains(&place) {
                    seen.push(place);
                    if seen.len() >= most {
                        return seen.len();
                    }
                }
            }
        }
        seen.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found() {
        let phrases = Phrases::new(["编辑", "责任编辑", "责编", "", "ab"]);
        let chars: Vec<char> = "责任编辑ab编辑".chars().collect();
        assert_eq!(phrases.longest_at(&chars), Some((1, 4)));
        assert_eq!(phrases.longest_at(&chars[1..]), None);
        assert_eq!(phrases.count_in(&chars, 9), 3);
        assert_eq!(phrases.count_in(&chars, 2), 2);
    }
}
