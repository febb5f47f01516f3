import Forge
import Git
import Testing

@Suite("Trap 26: an approval is for a commit")
struct PullRequestTests {
  private typealias Review = PullRequest.Review
  private static let old = ObjectID(hex: String(repeating: "a", count: 40)) ?? .zero
  private static let head = ObjectID(hex: String(repeating: "b", count: 40)) ?? .zero

  private func approvals(_ reviews: [Review], excluding authors: Set<String> = []) -> [String] {
    let request = PullRequest(
      number: 1, title: "t", body: "", base: "main", branch: "b", head: Self.head, author: "sluice", reviews: reviews,
      createdAt: 0)
    return request.approvals(atHead: Self.head, excluding: authors)
  }

  private func review(
    _ by: String, _ state: PullRequest.ReviewState, _ commit: ObjectID = head, at: Int = 0
  ) -> Review { Review(by: by, state: state, commit: commit, at: at) }

  @Test("An approval of the present head counts, once for each person")
  func counts() {
    #expect(approvals([review("eve", .approved), review("ada", .approved), review("eve", .approved)]) == ["ada", "eve"])
    #expect(approvals([]) == [])
  }

  @Test("An approval of an earlier head does not count, until it is given again")
  func earlierHead() {
    #expect(approvals([review("ada", .approved, Self.old)]) == [])
    #expect(approvals([review("ada", .approved, Self.old), review("ada", .approved, at: 1)]) == ["ada"])
  }

  @Test("The latest review of a person wins, by its time and then by its place")
  func latestWins() {
    #expect(approvals([review("ada", .approved), review("ada", .changesRequested, at: 1)]) == [])
    #expect(approvals([review("ada", .changesRequested), review("ada", .approved, at: 1)]) == ["ada"])
    #expect(approvals([review("ada", .approved), review("ada", .changesRequested)]) == [])
    #expect(approvals([review("ada", .changesRequested, at: 2), review("ada", .approved, at: 1)]) == [])
    // Also when it was for another head, that has since come back.
    #expect(approvals([review("ada", .approved), review("ada", .changesRequested, Self.old, at: 1)]) == [])
  }

  @Test("Nobody approves what they wrote")
  func authors() {
    let both = [review("ada", .approved), review("eve", .approved), review("sluice", .approved)]
    #expect(approvals(both, excluding: ["ada"]) == ["eve"])
    #expect(approvals(both, excluding: ["ada", "eve"]) == [])
  }

  @Test("Who asked for changes objects until they approve")
  func objections() {
    var request = PullRequest(
      number: 1, title: "t", body: "", base: "main", branch: "b", head: Self.head, author: "sluice", createdAt: 0)
    request.reviews = [review("ada", .changesRequested, Self.old), review("eve", .approved)]
    #expect(request.objections == ["ada"])
    request.reviews.append(review("ada", .approved, at: 1))
    #expect(request.objections == [])
  }
}
