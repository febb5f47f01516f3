import CZlib

/// What `gzip` made, made readable again, within a limit.
package enum Gzip {
  package enum Failure: Error, Sendable, Equatable {
    case damaged
    /// It would be longer than this.
    case tooLarge(Int)
  }

  package static func isCompressed(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  package static func decompressed(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    var stream = z_stream()
    // 16 more than the largest window: gzip's header alone.
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { throw .damaged }
    defer { inflateEnd(&stream) }
    var input = bytes
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    return try input.withUnsafeMutableBufferPointer { (input) throws(Failure) -> [UInt8] in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(clamping: input.count)
      while true {
        let (status, made) = chunk.withUnsafeMutableBufferPointer { chunk in
          stream.next_out = chunk.baseAddress
          stream.avail_out = UInt32(chunk.count)
          let status = inflate(&stream, Z_NO_FLUSH)
          return (status, chunk.count - Int(stream.avail_out))
        }
        output += chunk[..<made]
        if output.count > limit { throw .tooLarge(limit) }
        if status == Z_STREAM_END { return output }
        // Without progress the text is cut off.
        if status != Z_OK || (made == 0 && stream.avail_in == 0) { throw .damaged }
      }
    }
  }
}
