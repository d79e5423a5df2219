//! The kinds of pages and the fields that each has of its own.
//!
//! Takes the fields of one page's front matter, gives typed details and diagnostics. Knows
//! nothing of other pages: a reference to a company is a name until the site resolves it.

use super::Located;
use super::date::Moment;

/// What a page is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Kind {
    /// A text; the default for dated pages and for sections of no other kind.
    Article,
    /// An employer of the city.
    Company,
    /// An open position.
    Job,
    /// A rule that pays or permits.
    Policy,
    /// Something that takes place.
    Event,
    /// The site's own new pages of a period.
    Digest,
    /// About, join, privacy: no date, no list.
    Page,
}

impl Kind {
    /// All kinds, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Article,
        Self::Company,
        Self::Job,
        Self::Policy,
        Self::Event,
        Self::Digest,
        Self::Page,
    ];

    /// `article`, `company` …
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Company => "company",
            Self::Job => "job",
            Self::Policy => "policy",
            Self::Event => "event",
            Self::Digest => "digest",
            Self::Page => "page",
        }
    }

    /// The folder and list name: `articles`, `companies` …
    pub fn plural(self) -> &'static str {
        match self {
            Self::Article => "articles",
            Self::Company => "companies",
            Self::Job => "jobs",
            Self::Policy => "policies",
            Self::Event => "events",
            Self::Digest => "digests",
            Self::Page => "pages",
        }
    }

    /// Reads `job` or `jobs`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word || kind.plural() == word)
    }
}

/// The fields that a kind has of its own.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "one variant per kind")]
pub enum Details {
    Article(Article),
    Company(Box<Company>),
    Job(Box<Job>),
    Policy(Box<Policy>),
    Event(Box<Event>),
    Digest(Digest),
    Page,
}

/// Own fields of an article.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Article {
    /// companies, hiring, environment, policy, pitfalls or resources.
    pub pillar: Option<String>,
    /// Companies that the article names, by slug or path.
    pub companies: Vec<Located<String>>,
    /// Policies that the article names, by slug or path.
    pub policies: Vec<Located<String>>,
}

/// Own fields of a company.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Company {
    /// Official name; the title when none is given.
    pub name: Option<String>,
    /// Names in other languages: language tag, name.
    pub names: Vec<(String, String)>,
    /// City.
    pub city: Option<String>,
    /// District of the city; a taxonomy when `site.yaml` lists `districts`.
    pub district: Option<String>,
    /// Industries; a taxonomy when `site.yaml` lists `industries`.
    pub industry: Vec<String>,
    /// Number of employees as written, such as `50-200`.
    pub size: Option<String>,
    /// Stage of funding or life, as written.
    pub stage: Option<String>,
    /// Year or date of founding, as written.
    pub founded: Option<String>,
    /// Home page.
    pub website: Option<String>,
    /// Page with open positions.
    pub careers_url: Option<String>,
    /// Street address.
    pub address: Option<String>,
    /// Latitude and longitude in degrees.
    pub geo: Option<(f64, f64)>,
    /// Day on which somebody last checked the entry.
    pub verified_on: Option<Moment>,
    /// What speaks for it.
    pub pros: Vec<String>,
    /// What speaks against it.
    pub cons: Vec<String>,
}

/// Own fields of a job.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Job {
    /// The employer, by slug or path of a company page.
    pub company: Option<Located<String>>,
    /// `FULL_TIME`, `PART_TIME`, `CONTRACTOR`, `TEMPORARY`, `INTERN`, `VOLUNTEER`,
    /// `PER_DIEM` or `OTHER` (schema.org's words; authors may write `full-time`).
    pub employment_type: Option<String>,
    /// Work from anywhere.
    pub remote: bool,
    /// City; the company's when none is given.
    pub city: Option<String>,
    /// Pay.
    pub salary: Option<Salary>,
    /// Last day or moment on which one may apply.
    pub valid_through: Option<Located<Moment>>,
    /// Where to apply.
    pub apply_url: Option<String>,
    /// Whether somebody of the community can refer; free text or `true`.
    pub referral: Option<String>,
    /// Policies that help whoever takes it.
    pub policies: Vec<Located<String>>,
}

/// Pay of a job.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Salary {
    /// Lower bound in whole units of the currency.
    pub min: Option<f64>,
    /// Upper bound.
    pub max: Option<f64>,
    /// ISO 4217, `CNY` when none is given.
    pub currency: String,
    /// `HOUR`, `DAY`, `WEEK`, `MONTH` or `YEAR`.
    pub period: String,
    /// Monthly pays in a year (13 or 14 are common).
    pub months: Option<f64>,
}

/// Own fields of a policy.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Policy {
    /// The office that issued it.
    pub issuer: Option<String>,
    /// Its number, such as `某政发〔2026〕12号`.
    pub document_number: Option<String>,
    /// Where it holds.
    pub region: Option<String>,
    /// First day of force.
    pub effective_from: Option<Moment>,
    /// Last day of force; a banner is shown after it.
    pub effective_until: Option<Located<Moment>>,
    /// Last day to apply; stands in the calendar.
    pub deadline: Option<Located<Moment>>,
    /// What it pays, as written.
    pub amount: Option<String>,
    /// Day on which somebody last checked the page.
    pub checked_on: Option<Moment>,
}

/// Own fields of an event.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Event {
    /// Begin; required.
    pub start: Option<Located<Moment>>,
    /// End.
    pub end: Option<Located<Moment>>,
    /// Name of the venue.
    pub place: Option<String>,
    /// Street address.
    pub address: Option<String>,
    /// Link to take part from afar.
    pub online_url: Option<String>,
    /// Seats.
    pub capacity: Option<u32>,
    /// Where to sign up.
    pub signup_url: Option<String>,
    /// Who invites: a company's slug or free text.
    pub host: Option<String>,
    /// Who speaks.
    pub speakers: Vec<String>,
    /// `scheduled`, `postponed`, `cancelled` or `done`.
    pub status: Option<String>,
    /// What happened, as markdown; it also ends the body, inside the component `recap`.
    pub recap: Option<String>,
}

/// Own fields of a digest.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Digest {
    /// First moment of the period (inclusive) and the first after it (exclusive).
    pub period: Option<(jiff::Timestamp, jiff::Timestamp)>,
    /// The period as written: `2026-W41`, `2026-10` or `2026-10-01/2026-10-15`.
    pub label: Option<String>,
}
