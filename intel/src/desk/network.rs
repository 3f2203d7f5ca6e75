//! The three protocols that sources speak, behind one transport.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::transport::Transport;
use crate::{
    error::ProviderError,
    upstream::{DnsRequest, DnsResponse, HttpRequest, HttpResponse, WhoisRequest, WhoisResponse},
};

/// Sends each request by the protocol that it is for.
#[derive(Debug, Clone)]
pub struct NetworkTransport {
    /// What speaks HTTP.
    pub http: Arc<dyn Transport>,
    /// What asks WHOIS servers, where somebody may.
    pub whois: Option<Arc<dyn Transport>>,
    /// What asks DNS resolvers, where somebody may.
    pub dns: Option<Arc<dyn Transport>>,
}

#[async_trait]
impl Transport for NetworkTransport {
    async fn send(&self, request: &HttpRequest, at_most: Duration) -> Result<HttpResponse, ProviderError> {
        self.http.send(request, at_most).await
    }

    async fn whois(&self, request: &WhoisRequest, at_most: Duration) -> Result<WhoisResponse, ProviderError> {
        self.whois.as_ref().unwrap_or(&self.http).whois(request, at_most).await
    }

    async fn dns(&self, request: &DnsRequest, at_most: Duration) -> Result<DnsResponse, ProviderError> {
        self.dns.as_ref().unwrap_or(&self.http).dns(request, at_most).await
    }
}
