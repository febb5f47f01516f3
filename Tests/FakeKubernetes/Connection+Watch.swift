import Glibc
import LoopbackTLS
import Synchronization

extension Connection {
  /// What to watch; nil for a request that does not.
  static func watched(_ meeting: HostedCluster.Meeting) -> (Resource, namespace: String)? {
    guard ["true", "1"].contains(meeting.request.query("watch")), meeting.request.user != nil,
      case .list(let resource, let namespace) = meeting.cluster.route(meeting.request)
    else { return nil }
    return (resource, namespace)
  }

  /// Sends what changes, in chunks, until the client has gone or the time that it asked for is over.
  func watch(_ resource: Resource, _ namespace: String, _ request: FakeRequest, _ client: TLSConnection) -> Bool {
    guard request.query("sendInitialEvents") == nil else { return send(.failure(422), client, false) }
    let seconds = request.query("timeoutSeconds").flatMap { Int($0) } ?? 1800
    let end = ContinuousClock.now + .seconds(seconds)
    guard client.write(head(Answer(text: "", type: "application/json"), false, length: nil)) else { return false }
    // Objects as old as the list that the client has are no news.
    let since = request.query("resourceVersion").flatMap { Int($0) } ?? 0
    var known: [String: (version: Int, last: StoredObject)] = [:]
    var revision: Int?
    while !hosted.isStopped {
      let cluster = hosted.state.withLock(\.cluster)
      if revision != cluster.revision {
        guard case .success(let objects) = cluster.selected(resource, namespace, request) else { return false }
        if revision == nil, since > 0 {
          for object in objects where object.metadata.resourceVersion <= since {
            known[object.key] = (object.metadata.resourceVersion, object)
          }
        }
        guard sendEvents(objects, &known, client) else { return false }
        revision = cluster.revision
      }
      if ContinuousClock.now >= end { return client.write("0\r\n\r\n".utf8) }
      // The client says no more on this connection: what comes is its end.
      var state = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
      if poll(&state, 1, 20) != 0 { return false }
    }
    return false
  }

  private func sendEvents(
    _ objects: [StoredObject], _ known: inout [String: (version: Int, last: StoredObject)], _ client: TLSConnection
  ) -> Bool {
    for object in objects where known[object.key]?.version != object.metadata.resourceVersion {
      guard sendEvent(known[object.key] == nil ? "ADDED" : "MODIFIED", object, client) else { return false }
      known[object.key] = (object.metadata.resourceVersion, object)
    }
    let now = Set(objects.map(\.key))
    for (key, value) in known where !now.contains(key) {
      guard sendEvent("DELETED", value.last, client) else { return false }
      known[key] = nil
    }
    return true
  }

  private func sendEvent(_ type: String, _ object: StoredObject, _ client: TLSConnection) -> Bool {
    let event: JSON = ["type": .string(type), "object": object.json()]
    let bytes = event.bytes
    return client.write(Array("\(String(bytes.count + 1, radix: 16))\r\n".utf8) + bytes + Array("\n\r\n".utf8))
  }
}
