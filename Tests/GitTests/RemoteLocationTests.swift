import Git
import Testing

@Suite("where a repository is")
struct RemoteLocationTests {
  @Test(
    "addresses are read as git reads them",
    arguments: [
      ("fleet.git", "/policy/fleet.git"), ("../fleet.git", "/fleet.git"), ("./a//b/../c", "/policy/a/c"),
      ("/srv/fleet.git/", "/srv/fleet.git"), ("file:///srv/fleet.git", "/srv/fleet.git"),
      ("file://localhost/srv/a%20b", "/srv/a b"), ("FILE:///srv/x", "/srv/x"), ("./with:colon", "/policy/with:colon"),
      ("/srv/with:colon", "/srv/with:colon"),
      ("ssh://git@host.example/acme/fleet.git", "ssh://git@host.example:22/acme/fleet.git"),
      ("ssh://host.example:2222/fleet", "ssh://git@host.example:2222/fleet"),
      ("ssh://me@[::1]:2222/fleet", "ssh://me@[::1]:2222/fleet"),
      ("git@host.example:acme/fleet.git", "ssh://git@host.example:22/~/acme/fleet.git"),
      ("host.example:/srv/fleet.git", "ssh://git@host.example:22/srv/fleet.git"),
      ("me@host:~you/fleet.git", "ssh://me@host:22/~you/fleet.git"),
      ("https://Host.Example/acme/fleet.git", "https://host.example/acme/fleet.git"),
      ("HTTPS://host:443/acme/../x//", "https://host/x"), ("http://127.0.0.1:8080/a%20b/", "http://127.0.0.1:8080/a%20b"),
    ])
  func read(_ text: String, _ identity: String) throws {
    #expect(try RemoteLocation(text, relativeTo: "/policy").identity == identity)
  }

  @Test(
    "what cannot be served is refused",
    arguments: [
      ("https://me:secret@host/x.git", GitError.Kind.invalid), ("https://secret@host/x", .invalid),
      ("https://host/x?token=secret", .invalid), ("https://host/a b", .invalid), ("https://", .invalid),
      ("git://host/x", .unsupported),
      ("ext::sh -c x", .unsupported), ("", .invalid), ("a\nb", .invalid), ("ssh://-oProxyCommand=x/y", .invalid),
      ("-x@host:path", .invalid), ("ssh://me:secret@host/x", .invalid), ("ssh://host", .invalid),
      ("ssh://host:99999/x", .invalid), ("file://elsewhere/x", .invalid), ("file:///a%zz", .invalid), ("@host:x", .invalid),
    ])
  func refuse(_ text: String, _ kind: GitError.Kind) throws {
    let error = #expect(throws: GitError.self) { try RemoteLocation(text, relativeTo: "/policy") }
    #expect(error?.kind == kind)
    #expect(error?.description.contains("secret") == false)
  }

  @Test("object names are forty hexadecimal digits")
  func objectNames() throws {
    let hex = "00ff10203040506070809aabbccddeeff0123456"
    #expect(ObjectID(hex: hex)?.hex == hex)
    #expect(ObjectID(hex: hex.uppercased())?.description == hex)
    #expect(ObjectID(hex: String(hex.dropLast())) == nil)
    #expect(ObjectID(hex: hex + "0") == nil)
    #expect(ObjectID(hex: "g" + hex.dropFirst()) == nil)
    #expect(ObjectID.zero.hex == String(repeating: "0", count: 40))
    #expect(try #require(ObjectID(hex: hex)) > ObjectID.zero)
    #expect(Repository.blobID(of: []).hex == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
    #expect(Repository.blobID(of: Array("hello\n".utf8)).hex == "ce013625030ba8dba906f756967f9e9ca394464a")
  }
}
