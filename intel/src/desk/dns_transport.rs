//! DNS: one question to the configured resolvers, one answer in wire format.
//!
//! hickory sends, keeps time, falls back to TCP and validates signatures. What it would do beyond that is left to
//! others here: answers are remembered by the desk and not a second time below it, no search list completes a name, the
//! machine's `hosts` file answers nothing, and aliases are followed by whoever asked, who knows which of them must not be
//! followed. So hickory's pool and validator are used directly, below its caching resolver.
//!
//! **What is not sent.** Anything that is not a plain host name in its normal form, special-use names, names without a
//! dot and the reverse zones of private networks. The desk's policy refuses them earlier, with better words; here they are
//! refused once more, because a name may come out of somebody's answer.
//!
//! **Signatures.** A resolver that drops signatures, as some routers do, makes every signed name look forged. So before
//! anything is called bogus, the root's own keys have to validate through the same resolver; where they do not, nothing
//! can be told. And a resolver that validates by itself keeps a forged answer back (SERVFAIL): it is asked once more not
//! to check (RFC 4035 §3.2.2), so that an analyst sees both what is there and that it cannot be believed.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use hickory_resolver::{
    NameServerPool, PoolContext, TlsConfig,
    config::{ResolveHosts, ResolverOpts},
    net::{
        DnsError, NetError, NoRecords,
        dnssec::DnssecDnsHandle,
        runtime::TokioRuntimeProvider,
        xfer::{DnsHandle, FirstAnswer, RetryDnsHandle},
    },
    proto::{
        dnssec::{Proof, TrustAnchors},
        op::{
            DnsRequest as Outgoing, DnsRequestOptions, DnsResponse as Incoming, Message, OpCode, Query, ResponseCode,
        },
        rr::{Name, Record, RecordType},
    },
};

use super::{
    dns_servers::{self, SYSTEM},
    transport::{Transport, TransportError},
};
use crate::{
    error::ProviderError,
    observable::HostName,
    upstream::{DnsQueryType, DnsRequest, DnsResponse, DnsSecurity, HttpRequest, HttpResponse},
};

/// The largest UDP answer that is asked for: what passes everywhere without being cut into fragments (RFC 9715 §3).
const LARGEST_DATAGRAM: u16 = 1232;

/// How many questions may be under way at one resolver. The desk's rate is the real bound.
const UNDER_WAY: usize = 1024;

/// How long a question may take where signatures are checked, in attempts: each zone above the name has keys to fetch.
const ATTEMPTS_TO_VALIDATE: u32 = 4;

/// Which resolvers are asked, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsTransportSettings {
    /// The resolvers: `system`, `192.0.2.53`, `192.0.2.53:5353`, `tls://192.0.2.53#dns.example` or
    /// `https://192.0.2.53/dns-query#dns.example`. Two are asked at a time, the faster ones first.
    pub resolvers: Vec<String>,
    /// How long an attempt may take.
    pub timeout: Duration,
    /// How many attempts there are before a question fails; at least one.
    pub attempts: usize,
    /// Whether signatures are checked (DNSSEC).
    pub validate: bool,
}

impl Default for DnsTransportSettings {
    fn default() -> Self {
        Self { resolvers: vec![SYSTEM.to_owned()], timeout: Duration::from_secs(5), attempts: 2, validate: true }
    }
}

/// Whom to believe, where it is not the public roots.
#[derive(Default)]
pub struct DnsTrust {
    /// How certificates of resolvers are checked; `None` for the certificate authorities of the web.
    pub tls: Option<TlsConfig>,
    /// The keys that DNSSEC starts from; `None` for those of the public root zone (RFC 7958).
    pub anchors: Option<TrustAnchors>,
}

impl fmt::Debug for DnsTrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tls, anchors) = (self.tls.is_some(), self.anchors.is_some());
        f.debug_struct("DnsTrust").field("own_tls", &tls).field("own_anchors", &anchors).finish()
    }
}

type Pool = RetryDnsHandle<NameServerPool<TokioRuntimeProvider>>;

/// Asks resolvers.
#[derive(Clone)]
pub struct DnsTransport {
    pool: Pool,
    validator: Option<DnssecDnsHandle<Pool>>,
    /// Whether the root's keys have validated through these resolvers, so that they do pass signatures on.
    passes_signatures: Arc<AtomicBool>,
    has_servers: bool,
    settings: DnsTransportSettings,
}

impl fmt::Debug for DnsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DnsTransport").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl DnsTransport {
    /// A transport that asks these resolvers and believes the public roots.
    ///
    /// # Errors
    /// When an entry is no resolver, with the forms that are.
    pub fn new(settings: DnsTransportSettings) -> Result<Self, TransportError> {
        Self::trusting(settings, DnsTrust::default())
    }

    /// A transport that believes somebody else.
    ///
    /// # Errors
    /// As [`DnsTransport::new`].
    pub fn trusting(settings: DnsTransportSettings, trust: DnsTrust) -> Result<Self, TransportError> {
        let mut servers = Vec::new();
        for written in &settings.resolvers {
            servers.extend(dns_servers::name_servers(written).map_err(|reason| TransportError { reason })?);
        }
        let tls = match trust.tls {
            Some(tls) => tls,
            None => TlsConfig::new().map_err(|error| TransportError { reason: error.to_string() })?,
        };
        let has_servers = !servers.is_empty();
        let context = Arc::new(PoolContext::new(options(&settings), tls));
        let pool = NameServerPool::from_config(servers, context, TokioRuntimeProvider::default());
        let pool = RetryDnsHandle::new(pool, settings.attempts.saturating_sub(1));
        let anchors = Arc::new(trust.anchors.unwrap_or_default());
        let validator = settings.validate.then(|| DnssecDnsHandle::with_trust_anchor(pool.clone(), anchors));
        Ok(Self { pool, validator, passes_signatures: Arc::default(), has_servers, settings })
    }

    fn request_options(&self) -> DnsRequestOptions {
        let mut options = DnsRequestOptions::default();
        options.use_edns = true;
        options.edns_payload_len = LARGEST_DATAGRAM;
        options.edns_set_dnssec_ok = self.settings.validate;
        options.recursion_desired = true;
        options
    }

    /// The longest that a question takes by itself.
    fn patience(&self) -> Duration {
        let attempts = u32::try_from(self.settings.attempts.max(1)).unwrap_or(u32::MAX);
        let attempts = if self.settings.validate { attempts.saturating_mul(ATTEMPTS_TO_VALIDATE) } else { attempts };
        // A little more than hickory waits, so that its own word comes first.
        self.settings.timeout.saturating_mul(attempts).saturating_add(Duration::from_millis(500))
    }

    async fn ask(&self, query: Query) -> Result<DnsResponse, NetError> {
        let (message, security) = match &self.validator {
            None => (heard(self.plain(query, false).await)?.message, DnsSecurity::Unchecked),
            Some(validator) => self.validated(validator, query).await?,
        };
        Ok(DnsResponse { message: wire_format(message)?, security })
    }

    async fn plain(&self, query: Query, checking_disabled: bool) -> Result<Incoming, NetError> {
        let mut request = Outgoing::from_query(query, self.request_options());
        request.metadata.checking_disabled = checking_disabled;
        self.pool.send(request).first_answer().await
    }

    async fn validated(
        &self,
        validator: &DnssecDnsHandle<Pool>,
        query: Query,
    ) -> Result<(Message, DnsSecurity), NetError> {
        let outcome = heard(validator.lookup(query.clone(), self.request_options()).first_answer().await);
        let (message, security) = match outcome {
            Ok(heard) => (heard.message, security(&heard.message_proofs)),
            Err(error @ NetError::Dns(DnsError::ResponseCode(ResponseCode::ServFail))) => {
                match heard(self.plain(query, true).await) {
                    Ok(heard) => (heard.message, DnsSecurity::Bogus),
                    Err(_) => return Err(error),
                }
            }
            Err(error) => return Err(error),
        };
        let security = match security {
            DnsSecurity::Bogus if !self.passes_signatures(validator).await => DnsSecurity::Indeterminate,
            security => security,
        };
        Ok((message, security))
    }

    /// Whether the root's keys validate through these resolvers.
    async fn passes_signatures(&self, validator: &DnssecDnsHandle<Pool>) -> bool {
        if self.passes_signatures.load(Ordering::Relaxed) {
            return true;
        }
        let query = Query::query(Name::root(), RecordType::DNSKEY);
        let outcome = heard(validator.lookup(query, self.request_options()).first_answer().await);
        let passes = outcome.is_ok_and(|heard| security(&heard.message_proofs) == DnsSecurity::Secure);
        self.passes_signatures.fetch_or(passes, Ordering::Relaxed);
        passes
    }
}

#[async_trait]
impl Transport for DnsTransport {
    async fn send(&self, _: &HttpRequest, _: Duration) -> Result<HttpResponse, ProviderError> {
        Err(ProviderError::Unreachable { detail: "HTTP is not spoken here".to_owned() })
    }

    async fn dns(&self, request: &DnsRequest, at_most: Duration) -> Result<DnsResponse, ProviderError> {
        let query = query(request)?;
        if !self.has_servers {
            return Err(ProviderError::Unreachable { detail: "no resolver is configured on this machine".to_owned() });
        }
        let patience = self.patience().min(at_most);
        match tokio::time::timeout(patience, self.ask(query)).await {
            Ok(outcome) => outcome.map_err(|error| failure(&error, self.settings.timeout)),
            Err(_) => Err(ProviderError::Timeout { after: patience }),
        }
    }
}

fn options(settings: &DnsTransportSettings) -> ResolverOpts {
    let mut options = ResolverOpts::default();
    options.ndots = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.cache_size = 0;
    options.timeout = settings.timeout;
    options.attempts = settings.attempts;
    options.validate = settings.validate;
    options.max_active_requests = UNDER_WAY;
    options.edns_payload_len = LARGEST_DATAGRAM;
    options
}

/// The question as it is sent, unless it must not be.
fn query(request: &DnsRequest) -> Result<Query, ProviderError> {
    let refused = |reason: &str| ProviderError::InvalidInput { reason: reason.to_owned() };
    let no_name = "it is not a host name in its normal form";
    let host = HostName::parse(&request.name)
        .ok()
        .filter(|host| host.as_str() == request.name)
        .ok_or_else(|| refused(no_name))?;
    if let Some(special) = host.special_use() {
        return Err(refused(&special.analyst_message()));
    }
    let name = Name::from_ascii(format!("{host}.")).map_err(|_| refused(no_name))?;
    Ok(Query::query(name, record_type(request.record_type)))
}

const fn record_type(asked: DnsQueryType) -> RecordType {
    match asked {
        DnsQueryType::A => RecordType::A,
        DnsQueryType::Aaaa => RecordType::AAAA,
        DnsQueryType::Cname => RecordType::CNAME,
        DnsQueryType::Ns => RecordType::NS,
        DnsQueryType::Mx => RecordType::MX,
        DnsQueryType::Soa => RecordType::SOA,
        DnsQueryType::Txt => RecordType::TXT,
        DnsQueryType::Caa => RecordType::CAA,
        DnsQueryType::Ptr => RecordType::PTR,
    }
}

/// An answer, be it that there is nothing, with what was proven about it.
struct Heard {
    message: Message,
    message_proofs: Vec<Proof>,
}

/// That a name does not exist, or has no such records, is an answer and not an error.
fn heard(outcome: Result<Incoming, NetError>) -> Result<Heard, NetError> {
    let (message, denial) = match outcome {
        Ok(response) => (response.into_message(), None),
        Err(NetError::Dns(DnsError::NoRecordsFound(nothing))) => (message_of(nothing), None),
        Err(NetError::Dns(DnsError::Nsec { response, proof, .. })) => (response.into_message(), Some(proof)),
        Err(error) => return Err(error),
    };
    // Only the signature that was used carries a proof, so signatures say nothing by themselves.
    let of = |records: &[Record]| -> Vec<Proof> {
        let unsigned = records.iter().filter(|record| record.record_type() != RecordType::RRSIG);
        unsigned.map(|record| record.proof).collect()
    };
    let mut message_proofs = of(&message.answers);
    if message_proofs.is_empty() {
        message_proofs = of(&message.authorities);
    }
    message_proofs.extend(denial);
    Ok(Heard { message, message_proofs })
}

/// The message that hickory took apart when it found nothing in it.
fn message_of(nothing: NoRecords) -> Message {
    let mut message = Message::response(0, OpCode::Query);
    message.add_query(*nothing.query);
    message.metadata.response_code = nothing.response_code;
    match (nothing.authorities, nothing.soa) {
        (Some(authorities), _) => {
            message.add_authorities(authorities.iter().cloned());
        }
        (None, Some(soa)) => {
            message.add_authority(soa.into_record_of_rdata());
        }
        (None, None) => {}
    }
    message
}

/// The answer is what the worst of its records is. The validator lets an answer without any records pass only where the
/// zone is provably not signed.
fn security(proofs: &[Proof]) -> DnsSecurity {
    if proofs.contains(&Proof::Bogus) {
        DnsSecurity::Bogus
    } else if proofs.contains(&Proof::Indeterminate) {
        DnsSecurity::Indeterminate
    } else if proofs.is_empty() || proofs.contains(&Proof::Insecure) {
        DnsSecurity::Insecure
    } else {
        DnsSecurity::Secure
    }
}

/// The identifier belongs to the exchange and not to the answer.
fn wire_format(mut message: Message) -> Result<Bytes, NetError> {
    message.metadata.id = 0;
    Ok(Bytes::from(message.to_vec()?))
}

/// What a failed question means. hickory's own words repeat the question in places, so they are not passed on.
fn failure(error: &NetError, timeout: Duration) -> ProviderError {
    match error {
        NetError::Timeout => ProviderError::Timeout { after: timeout },
        NetError::NoConnections => ProviderError::Unreachable {
            detail: "no resolver takes connections, or none has a good certificate".to_owned(),
        },
        NetError::Io(error) if is_no_connection(error.kind()) => {
            ProviderError::Unreachable { detail: format!("the resolver cannot be reached: {}", error.kind()) }
        }
        NetError::Dns(DnsError::ResponseCode(code)) => {
            ProviderError::upstream(None, &format!("the resolver answered \"{}\"", code.to_str()))
        }
        NetError::RustlsError(error) => ProviderError::Unreachable { detail: error.to_string() },
        NetError::Proto(_)
        | NetError::QueryCaseMismatch
        | NetError::ForeignClassRecord { .. }
        | NetError::Truncated => {
            ProviderError::malformed(format!("the resolver's answer cannot be read ({})", error.as_metrics_label()))
        }
        _ => ProviderError::Broken { detail: format!("the exchange broke off ({})", error.as_metrics_label()) },
    }
}

const fn is_no_connection(kind: std::io::ErrorKind) -> bool {
    use std::io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable, PermissionDenied,
    };
    matches!(
        kind,
        AddrNotAvailable | ConnectionRefused | HostUnreachable | NetworkDown | NetworkUnreachable | PermissionDenied
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str) -> Result<Query, ProviderError> {
        query(&DnsRequest { name: name.to_owned(), record_type: DnsQueryType::A })
    }

    #[test]
    fn names_are_asked_about_as_they_are() {
        for name in ["shop.example", "_dmarc.shop.example", "1.2.0.192.in-addr.arpa", "xn--bcher-kva.example"] {
            assert_eq!(asked(name).unwrap().name().to_ascii(), format!("{name}."));
        }
    }

    #[test]
    fn what_must_not_leave_the_machine_becomes_no_question() {
        for name in [
            "hidden.onion",
            "eepsite.i2p",
            "printer.local",
            "db.internal",
            "localhost",
            "fileserver",
            "1.0.0.10.in-addr.arpa",
            "1.1.168.192.in-addr.arpa",
            "shop.example\n",
            "shop.example\0.example",
            "Shop.example",
            "https://shop.example/",
            "shop example",
            "192.0.2.1",
            "",
        ] {
            assert!(matches!(asked(name), Err(ProviderError::InvalidInput { .. })), "{name:?}");
        }
    }

    #[test]
    fn an_answer_is_as_good_as_its_worst_record() {
        use Proof::{Bogus, Indeterminate, Insecure, Secure};
        for (proofs, expected) in [
            (&[Secure, Secure][..], DnsSecurity::Secure),
            (&[Secure, Insecure], DnsSecurity::Insecure),
            (&[Insecure, Indeterminate], DnsSecurity::Indeterminate),
            (&[Secure, Indeterminate, Bogus], DnsSecurity::Bogus),
            (&[], DnsSecurity::Insecure),
        ] {
            assert_eq!(security(proofs), expected, "{proofs:?}");
        }
    }

    #[tokio::test]
    async fn without_a_resolver_nothing_is_asked() {
        let settings = DnsTransportSettings { resolvers: Vec::new(), ..DnsTransportSettings::default() };
        let transport = DnsTransport::new(settings).unwrap();
        let request = DnsRequest { name: "shop.example".to_owned(), record_type: DnsQueryType::A };
        let outcome = transport.dns(&request, Duration::from_secs(1)).await;
        assert!(matches!(outcome, Err(ProviderError::Unreachable { .. })), "{outcome:?}");
    }

    #[test]
    fn an_entry_that_is_no_resolver_is_refused() {
        let settings =
            DnsTransportSettings { resolvers: vec!["dns.example".to_owned()], ..DnsTransportSettings::default() };
        let error = DnsTransport::new(settings).unwrap_err();
        assert!(error.to_string().contains("\"dns.example\" is no resolver"), "{error}");
    }
}
