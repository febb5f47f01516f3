import COpenSSL
import Glibc

/// The settings of a server's handshakes. OpenSSL lets threads share them.
package final class TLSContext: @unchecked Sendable {
  fileprivate let pointer: OpaquePointer

  /// - Parameter authority: whose clients are known. Others may come too, as nobody.
  package init(_ own: Signed, trusts authority: Signed) {
    pointer = SSL_CTX_new(TLS_server_method())
    SSL_CTX_use_certificate(pointer, own.certificate)
    SSL_CTX_use_PrivateKey(pointer, own.key)
    X509_STORE_add_cert(SSL_CTX_get_cert_store(pointer), authority.certificate)
    // API servers ask for a certificate, and judge it only when they answer.
    SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, { _, _ in 1 })
    let context = Array("loopback".utf8)
    SSL_CTX_set_session_id_context(pointer, context, UInt32(context.count))
    // Tickets are enough to resume by.
    SSL_CTX_ctrl(pointer, SSL_CTRL_SET_SESS_CACHE_MODE, 0, nil)
  }

  deinit { SSL_CTX_free(pointer) }
}

/// The server's side of a connection; for one thread. It does not close the descriptor.
package final class TLSConnection {
  private let pointer: OpaquePointer
  /// The common name of the client's certificate, when a known authority signed it and it is valid.
  package private(set) var user: String?

  /// Nil when the handshake fails.
  package init?(_ context: TLSContext, _ file: Int32) {
    pointer = SSL_new(context.pointer)
    SSL_set_fd(pointer, file)
    guard SSL_accept(pointer) == 1 else { return nil }
    if let certificate = SSL_get1_peer_certificate(pointer) {
      if SSL_get_verify_result(pointer) == 0 {
        var name = [CChar](repeating: 0, count: 256)
        let subject = X509_get_subject_name(certificate)
        let count = X509_NAME_get_text_by_NID(subject, NID_commonName, &name, Int32(name.count))
        user = String(decoding: name.prefix(Int(max(0, count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
      X509_free(certificate)
    }
  }

  deinit { SSL_free(pointer) }

  /// How many bytes came; 0: no more will.
  package func read(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
    Int(max(0, SSL_read(pointer, bytes.baseAddress, Int32(bytes.count))))
  }

  /// Whether all the bytes went.
  package func write(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.withContiguousStorageIfAvailable { buffer in
      buffer.isEmpty || SSL_write(pointer, buffer.baseAddress, Int32(buffer.count)) == Int32(buffer.count)
    } ?? write(Array(bytes))
  }

  /// Says that it is at its end, as a server does that closes in order.
  package func end() { SSL_shutdown(pointer) }
}
