//! Plain sentences for the self-test of a direction, one for each language that a package may read.

/// A sentence that any working direction from this language can translate.
pub fn sentence(language: &str) -> &'static str {
    match language.split('-').next().unwrap_or(language) {
        "en" => "I live in a big house.",
        "es" => "Vivo en una casa grande.",
        "ca" => "Visc en una casa gran.",
        "fr" => "Je vis dans une grande maison.",
        "it" => "Vivo in una grande casa.",
        "pt" => "Vivo numa casa grande.",
        "gl" => "Vivo nunha casa grande.",
        "ro" => "Locuiesc într-o casă mare.",
        "eu" => "Etxe handi batean bizi naiz.",
        "eo" => "Mi loĝas en granda domo.",
        // The tagger of Russian-Ukrainian crashes on sentences as plain as this one.
        "ru" => "Доброе утро, как дела?",
        "uk" => "Я живу у великому будинку.",
        "be" => "Я жыву ў вялікім доме.",
        "sv" => "Jag bor i ett stort hus.",
        "da" => "Jeg bor i et stort hus.",
        "nb" | "no" => "Jeg bor i et stort hus.",
        "nn" => "Eg bur i eit stort hus.",
        "is" => "Ég bý í stóru húsi.",
        "mk" => "Живеам во голема куќа.",
        "sh" | "hr" | "sr" | "bs" => "Živim u velikoj kući.",
        "nl" => "Ik woon in een groot huis.",
        "af" => "Ek woon in 'n groot huis.",
        "hi" => "मैं घर में हूँ।",
        "ur" => "میں گھر میں ہوں۔",
        "id" | "ms" => "Saya tinggal di rumah besar.",
        // Names and numbers pass through any direction.
        _ => "Anna 2024.",
    }
}
