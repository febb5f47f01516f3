import CCurl

extension Transfer {
  /// Tells libcurl all about the request. On the loop's thread.
  func prepare(_ handle: CurlHandle) -> Failure? {
    let me = Unmanaged.passUnretained(self).toOpaque()  // the loop keeps it as long as libcurl has the handle
    handle.set(CURLOPT_NOSIGNAL, true)
    handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
    handle.set(CURLOPT_FOLLOWLOCATION, false)
    handle.set(CURLOPT_HTTP09_ALLOWED, false)
    handle.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
    handle.set(CURLOPT_TCP_KEEPALIVE, true)
    // A name that is being looked up holds nobody: the thread that looks is left to itself.
    handle.set(CURLOPT_QUICK_EXIT, true)
    handle.setSocket(keepFromChildren)
    handle.set(function: CURLOPT_HEADERFUNCTION, receiveHeader)
    handle.set(pointer: CURLOPT_HEADERDATA, me)
    handle.set(function: CURLOPT_WRITEFUNCTION, receiveBody)
    handle.set(pointer: CURLOPT_WRITEDATA, me)
    if request.acceptsCompression { handle.set(CURLOPT_ACCEPT_ENCODING, "gzip") }
    // A paused stream stalls its whole HTTP/2 connection in libcurl before 8: what may pause has a connection of its own.
    handle.set(
      CURLOPT_HTTP_VERSION,
      mode == .whole && !isUploadStreamed ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1)
    handle.set(CURLOPT_PIPEWAIT, mode == .whole && request.url.isSecure)
    setTimeLimits(handle)
    setTarget(handle)
    setTLS(handle)
    setProxy(handle)
    setBody(handle, me)
    return handle.refusal.map {
      Failure(.invalid, "libcurl refuses option \($0.option.rawValue): \(String(cString: curl_easy_strerror($0.code)))")
    }
  }

  private var isUploadStreamed: Bool {
    if case .stream = request.body { true } else { false }
  }

  private func setTimeLimits(_ handle: CurlHandle) {
    let left = remaining.map { max(.milliseconds(1), $0 - (ContinuousClock.now - created)) }
    timeLimit = left.map { left in attemptLimit.map { min($0, left) } ?? left } ?? attemptLimit
    endsWithDeadline = left != nil && timeLimit == left
    if let timeLimit { handle.set(CURLOPT_TIMEOUT_MS, max(1, timeLimit.milliseconds)) }
    handle.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, request.timing.connect.milliseconds))
    handle.set(CURLOPT_LOW_SPEED_LIMIT, request.timing.slowBytes)
    handle.set(CURLOPT_LOW_SPEED_TIME, max(1, (request.timing.slowness.milliseconds + 999) / 1000))
  }

  private func setTarget(_ handle: CurlHandle) {
    let url = request.url
    var lines = ["Expect:"]
    if let name = request.connection.serverName, url.isSecure {
      // The name asked for and verified is the address's own for libcurl, which connects elsewhere; the server still
      // reads the host that was meant.
      handle.set(CURLOPT_URL, "https://\(name):\(url.origin.port)\(url.target)")
      handle.set(CURLOPT_CONNECT_TO, list: ["::\(url.origin.host):\(url.origin.port)"])
      if request.headers["host"] == nil { lines.append("Host: \(url.origin.authority)") }
    } else {
      handle.set(CURLOPT_URL, url.text)
    }
    // libcurl reads `Name:` as "do not send it".
    lines += request.headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    handle.set(CURLOPT_HTTPHEADER, list: lines)
    handle.set(CURLOPT_PATH_AS_IS, true)
  }

  private func setTLS(_ handle: CurlHandle) {
    let connection = request.connection
    handle.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    switch connection.trust {
    case .system: break
    case .only(let pem):
      // Else the system's folder of certificates stays beside it.
      handle.set(CURLOPT_CAPATH, nil)
      set(handle, pem, file: CURLOPT_CAINFO, blob: CURLOPT_CAINFO_BLOB)
    case .anything:
      handle.set(CURLOPT_SSL_VERIFYPEER, false)
      handle.set(CURLOPT_SSL_VERIFYHOST, 0)
    }
    if let certificate = connection.certificate {
      set(handle, certificate, file: CURLOPT_SSLCERT, blob: CURLOPT_SSLCERT_BLOB)
      // A file or text with both in it is fine.
      set(handle, connection.key ?? certificate, file: CURLOPT_SSLKEY, blob: CURLOPT_SSLKEY_BLOB)
    }
  }

  private func set(_ handle: CurlHandle, _ pem: HTTPConnection.PEM, file: CURLoption, blob: CURLoption) {
    switch pem {
    case .file(let path): handle.set(file, path)
    case .bytes(let bytes): handle.set(blob: blob, bytes)
    }
  }

  private func setProxy(_ handle: CurlHandle) {
    // Empty, not absent: libcurl would read the environment itself.
    handle.set(CURLOPT_PROXY, proxy?.address ?? "")
    handle.set(CURLOPT_NOPROXY, "")
    guard let proxy else { return }
    if let user = proxy.user { handle.set(CURLOPT_PROXYUSERNAME, user) }
    if let password = proxy.password { handle.set(CURLOPT_PROXYPASSWORD, password) }
  }

  private func setBody(_ handle: CurlHandle, _ me: UnsafeMutableRawPointer) {
    if request.usesNewConnection { handle.set(CURLOPT_FRESH_CONNECT, true) }
    // Without a way back libcurl sends no body twice. With nothing to send it would, where a connection that was used
    // before turns out to be dead, and nobody knows whether the first one arrived.
    if !request.canRepeat && bodyLength == 0 { handle.set(CURLOPT_FRESH_CONNECT, true) }
    guard request.hasBody else {
      switch request.method {
      case .get: handle.set(CURLOPT_HTTPGET, true)
      case .head: handle.set(CURLOPT_NOBODY, true)
      default: handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
      }
      return
    }
    handle.set(CURLOPT_UPLOAD, true)
    handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    handle.set(function: CURLOPT_READFUNCTION, sendBody)
    handle.set(pointer: CURLOPT_READDATA, me)
    handle.set(offset: CURLOPT_INFILESIZE_LARGE, bodyLength ?? -1)
    if request.canRepeat {
      handle.setSeek(rewindBody)
      handle.set(pointer: CURLOPT_SEEKDATA, me)
    }
  }

  var bodyLength: Int? {
    switch request.body {
    case .none: 0
    case .bytes(let bytes): bytes.count
    case .stream(let length, _): length
    }
  }
}
