//! Any bytes as an answer to our client: what opens is inside of what came, and seals to it again.

const METHOD: &str = "koubei.marketing.campaign.crowd.create";

/// Panics where something does not hold of this input.
pub(crate) fn check(data: &[u8]) {
    if let Some((node, sign)) = wire::open(METHOD, data) {
        assert!(node.starts_with(b"{") && node.ends_with(b"}"));
        assert!(!sign.is_empty() && node.len() + sign.len() < data.len());
    }
}
