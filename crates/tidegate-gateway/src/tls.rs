//! The gateway's own certificate.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::{ConfigError, TlsConfig};

/// Reads certificate and key; offers HTTP/2, then HTTP/1.1.
///
/// # Errors
/// What cannot be read or does not go together, with the key that names it.
pub(crate) fn acceptor(config: &TlsConfig) -> Result<TlsAcceptor, ConfigError> {
    let TlsConfig {
        cert_file,
        key_file,
    } = config;
    let no_certificate = |error: &dyn std::fmt::Display| {
        let file = cert_file.value.display();
        cert_file
            .at
            .error(format!("cannot read certificates from {file}: {error}"))
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&cert_file.value)
        .map_err(|error| no_certificate(&error))?
        .collect::<Result<_, _>>()
        .map_err(|error| no_certificate(&error))?;
    if chain.is_empty() {
        return Err(no_certificate(&"it holds none"));
    }
    let key = PrivateKeyDer::from_pem_file(&key_file.value).map_err(|error| {
        key_file.at.error(format!(
            "cannot read a key from {}: {error}",
            key_file.value.display()
        ))
    })?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| key_file.at.error(error.to_string()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
