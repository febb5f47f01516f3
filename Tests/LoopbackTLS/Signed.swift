import COpenSSL

/// A certificate with its key, as OpenSSL holds them.
package final class Signed {
  package enum Use {
    case authority, client
    case server(_ names: String)

    var extensions: [(Int32, String)] {
      switch self {
      case .authority: [(NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign,cRLSign")]
      case .client: [(NID_ext_key_usage, "clientAuth"), (NID_key_usage, "critical,digitalSignature")]
      case .server(let names):
        [(NID_ext_key_usage, "serverAuth"), (NID_key_usage, "critical,digitalSignature"), (NID_subject_alt_name, names)]
      }
    }
  }

  let certificate: OpaquePointer
  let key: OpaquePointer

  /// - Parameters:
  ///   - days: from when and until when it is valid, seen from now.
  ///   - issuer: nil: itself.
  package init(_ name: String, _ use: Use, days: ClosedRange<Int>, by issuer: Signed?) {
    certificate = X509_new()
    key = fake_new_key()
    X509_set_version(certificate, 2)
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1...Int(Int32.max)))
    X509_gmtime_adj(X509_getm_notBefore(certificate), days.lowerBound * 86_400)
    X509_gmtime_adj(X509_getm_notAfter(certificate), days.upperBound * 86_400)
    X509_set_pubkey(certificate, key)
    let subject = X509_get_subject_name(certificate)
    let bytes = Array(name.utf8)
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0)
    let signer = issuer ?? self
    X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate))
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, signer.certificate, certificate, nil, nil, 0)
    for (kind, value) in use.extensions {
      let made = X509V3_EXT_conf_nid(nil, &context, kind, value)
      X509_add_ext(certificate, made, -1)
      X509_EXTENSION_free(made)
    }
    X509_sign(certificate, signer.key, EVP_sha256())
  }

  deinit {
    X509_free(certificate)
    EVP_PKEY_free(key)
  }

  /// PEM.
  package var certificateText: String { Self.text { PEM_write_bio_X509($0, certificate) } }
  package var keyText: String { Self.text { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) } }

  private static func text(_ write: (OpaquePointer?) -> Int32) -> String {
    let memory = BIO_new(BIO_s_mem())
    defer { BIO_free(memory) }
    _ = write(memory)
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let count = BIO_read(memory, &bytes, Int32(bytes.count))
    return String(decoding: bytes.prefix(Int(max(0, count))), as: UTF8.self)
  }
}
