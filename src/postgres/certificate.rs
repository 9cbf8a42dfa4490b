//! The hash of a certificate that channel binding is about (RFC 5929, 4.1): by the hash of the
//! certificate's own signature, SHA-256 in place of MD5 and SHA-1.

use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// `tls-server-end-point` of a certificate in DER; `None` where its signature has no single hash.
#[must_use]
pub fn end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    Some(match hash_of(signature(certificate)?)? {
        224 => Sha224::digest(certificate).to_vec(),
        384 => Sha384::digest(certificate).to_vec(),
        512 => Sha512::digest(certificate).to_vec(),
        _ => Sha256::digest(certificate).to_vec(),
    })
}

/// The object identifier of the signature's algorithm: the second member of `Certificate`.
fn signature(certificate: &[u8]) -> Option<&[u8]> {
    let (whole, _) = value(certificate, 0x30)?;
    let (_, rest) = value(whole, 0x30)?;
    let (algorithm, _) = value(rest, 0x30)?;
    Some(value(algorithm, 0x06)?.0)
}

/// The contents of a DER value with this tag, and what follows it.
fn value(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = der.split_first_chunk()?;
    if found != tag {
        return None;
    }
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if bytes.len() > 4 {
            return None;
        }
        let length = bytes.iter().fold(0, |n, &byte| n << 8 | usize::from(byte));
        (length, rest)
    };
    rest.split_at_checked(length)
}

/// `sha…WithRSAEncryption` (RFC 8017) and `ecdsa-with-SHA…` (RFC 5758).
fn hash_of(oid: &[u8]) -> Option<u32> {
    let rsa = oid.strip_prefix(b"\x2a\x86\x48\x86\xf7\x0d\x01\x01");
    let ecdsa = oid.strip_prefix(b"\x2a\x86\x48\xce\x3d\x04");
    match (rsa, ecdsa) {
        (Some([14]), _) | (_, Some([3, 1])) => Some(224),
        (Some([4 | 5 | 11]), _) | (_, Some([1] | [3, 2])) => Some(256),
        (Some([12]), _) | (_, Some([3, 3])) => Some(384),
        (Some([13]), _) | (_, Some([3, 4])) => Some(512),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use super::*;

    #[test]
    fn a_certificates_own_hash_is_taken() {
        for (algorithm, length) in [
            (&rcgen::PKCS_ECDSA_P256_SHA256, 32),
            (&rcgen::PKCS_ECDSA_P384_SHA384, 48),
        ] {
            let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
            let params = rcgen::CertificateParams::new(vec!["db".to_owned()]).unwrap();
            let certificate = params.self_signed(&key).unwrap();
            assert_eq!(end_point(certificate.der()).unwrap().len(), length);
        }
    }

    #[test]
    fn no_hash_no_binding() {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let params = rcgen::CertificateParams::new(vec!["db".to_owned()]).unwrap();
        assert_eq!(end_point(params.self_signed(&key).unwrap().der()), None);
    }

    #[test]
    fn broken_certificates_are_no_panic() {
        for bytes in [
            b"".as_slice(),
            b"\x30",
            b"\x30\x84\xff\xff\xff\xff",
            b"\x30\xff\x01",
        ] {
            assert_eq!(end_point(bytes), None);
        }
    }
}
