//! Certificates for private servers: an authority, a server certificate for `localhost`, and client
//! certificates.

use std::path::PathBuf;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};

use super::process::Home;

/// An authority whose files lie in a server's folder.
#[derive(Debug)]
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// The authority's certificate, for clients to trust.
    pub(crate) certificate: PathBuf,
}

/// A certificate and its key.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    /// The certificate, PEM.
    pub(crate) certificate: PathBuf,
    /// The private key, PEM, PKCS #8.
    pub(crate) key: PathBuf,
}

impl Authority {
    /// A new one.
    pub(crate) fn new(home: &Home) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "dumpkeep tests' authority");
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            certificate: home.write("ca.crt", &certificate.pem()),
            issuer: Issuer::new(params, key),
        }
    }

    /// A server certificate for `localhost`, 127.0.0.1 and `db.example`.
    pub(crate) fn server(&self, home: &Home) -> Pair {
        let names = ["localhost", "127.0.0.1", "db.example"].map(str::to_owned);
        let mut params = CertificateParams::new(names.to_vec()).expect("names");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(home, "server", "localhost", params)
    }

    /// A client certificate with the user as its common name.
    pub(crate) fn client(&self, home: &Home, user: &str) -> Pair {
        let mut params = CertificateParams::default();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(home, "client", user, params)
    }

    fn sign(&self, home: &Home, file: &str, name: &str, mut params: CertificateParams) -> Pair {
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Pair {
            certificate: home.write(&format!("{file}.crt"), &certificate.pem()),
            key: home.write(&format!("{file}.key"), &key.serialize_pem()),
        }
    }
}
