extension FakeServer {
  package enum Authentication: Sendable, CaseIterable { case token, clientCertificate }

  /// The text of a kubeconfig with a context of its own name for each cluster; the first is the current one.
  package func kubeconfig(for names: [String], auth: Authentication = .token) -> String {
    let authority = FakeAuthority.shared
    let ca = Base64.text(Array(authority.ca.utf8))
    var text = "apiVersion: v1\nkind: Config\npreferences: {}\n"
    if let first = names.first { text += "current-context: \"\(first)\"\n" }
    text += "clusters:\n"
    for name in names {
      text += "- name: \"\(name)\"\n  cluster:\n    server: \(url(name))\n    certificate-authority-data: \(ca)\n"
    }
    text += "contexts:\n"
    for name in names {
      text += "- name: \"\(name)\"\n  context:\n    cluster: \"\(name)\"\n    user: \"\(name)\"\n"
    }
    text += "users:\n"
    let certificate = Base64.text(Array(authority.client.certificate.utf8))
    let key = Base64.text(Array(authority.client.key.utf8))
    for name in names {
      text += "- name: \"\(name)\"\n  user:\n"
      switch auth {
      case .token: text += "    token: \(token(name))\n"
      case .clientCertificate: text += "    client-certificate-data: \(certificate)\n    client-key-data: \(key)\n"
      }
    }
    return text
  }
}
