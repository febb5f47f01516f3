import CCurl

/// libcurl's object for one transfer, with what it borrows: lists of lines and a buffer for its words.
///
/// Made, used and freed on the loop's thread.
final class CurlHandle {
  let easy: UnsafeMutableRawPointer
  private var lists: [UnsafeMutablePointer<curl_slist>] = []
  private let wordsBuffer: UnsafeMutablePointer<CChar>
  /// The first option that libcurl refused.
  private(set) var refusal: (option: CURLoption, code: CURLcode)?

  init?() {
    guard let easy = curl_easy_init() else { return nil }
    self.easy = easy
    wordsBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    wordsBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    sluice_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, wordsBuffer)
  }

  deinit {
    curl_easy_cleanup(easy)
    for list in lists { curl_slist_free_all(list) }
    wordsBuffer.deallocate()
  }

  var words: String { String(cString: wordsBuffer) }

  func set(_ option: CURLoption, _ value: Int) { check(option, sluice_curl_set_long(easy, option, value)) }
  func set(_ option: CURLoption, _ value: Bool) { set(option, value ? 1 : 0) }
  func set(_ option: CURLoption, _ value: String?) { check(option, sluice_curl_set_string(easy, option, value)) }
  func set(offset option: CURLoption, _ value: Int) { check(option, sluice_curl_set_offset(easy, option, curl_off_t(value))) }
  func set(pointer option: CURLoption, _ value: UnsafeMutableRawPointer) {
    check(option, sluice_curl_set_pointer(easy, option, value))
  }
  func set(blob option: CURLoption, _ bytes: [UInt8]) {
    check(option, bytes.withUnsafeBytes { sluice_curl_set_blob(easy, option, $0.baseAddress, $0.count) })
  }
  func set(function option: CURLoption, _ function: sluice_curl_transfer_function?) {
    check(option, sluice_curl_set_transfer_function(easy, option, function))
  }
  func setSeek(_ function: curl_seek_callback?) {
    check(CURLOPT_SEEKFUNCTION, sluice_curl_set_seek_function(easy, function))
  }
  func setSocket(_ function: curl_sockopt_callback?) {
    check(CURLOPT_SOCKOPTFUNCTION, sluice_curl_set_socket_function(easy, function))
  }

  func set(_ option: CURLoption, list lines: [String]) {
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines {
      guard let longer = curl_slist_append(list, line) else { break }
      list = longer
    }
    guard let list else { return }
    lists.append(list)
    check(option, sluice_curl_set_list(easy, option, list))
  }

  func long(_ info: CURLINFO) -> Int {
    var value = 0
    sluice_curl_long(easy, info, &value)
    return value
  }

  func offset(_ info: CURLINFO) -> Int {
    var value: curl_off_t = 0
    sluice_curl_offset(easy, info, &value)
    return Int(value)
  }

  private func check(_ option: CURLoption, _ code: CURLcode) {
    if code != CURLE_OK && refusal == nil { refusal = (option, code) }
  }
}
