import Foundation
import TestSupport
import Testing

@testable import Host

@Suite struct GzipTests {
  private func compressed(_ script: String) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try Command.check(["sh", "-c", "\(script) | gzip -c > out"], in: folder.path)
    return try folder.read("out")
  }

  @Test("What gzip made is read again, of any length")
  func whole() throws {
    #expect(try Gzip.decompressed(try compressed("printf hello"), limit: 5) == Array("hello".utf8))
    #expect(try Gzip.decompressed(try compressed("printf ''"), limit: 0) == [])
    let many = try Gzip.decompressed(try compressed("seq 1 100000"), limit: 1 << 20)
    #expect(many.count == 588_895)
    #expect(many.suffix(7) == Array("100000\n".utf8)[...])
  }

  @Test("Cut off, damaged or foreign bytes are damaged, never a part")
  func damaged() throws {
    let good = try compressed("seq 1 1000")
    var flipped = good
    flipped[good.count / 2] ^= 0x55
    for bytes in [Array(good.dropLast()), Array(good.prefix(20)), flipped, Array("no gzip".utf8), []] {
      #expect(throws: Gzip.Failure.damaged) { try Gzip.decompressed(bytes, limit: 1 << 20) }
    }
  }

  @Test("A small text that would become a large one stops at the limit")
  func bomb() throws {
    let bomb = try compressed("head -c 50000000 /dev/zero")
    #expect(throws: Gzip.Failure.tooLarge(1 << 20)) { try Gzip.decompressed(bomb, limit: 1 << 20) }
  }
}
