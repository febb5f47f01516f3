import TestSupport
import Testing

@Suite("A template beside the policy lays out pull requests")
struct TemplateTests {
  @Test func `it is used, a new one rewrites what is open, and names that there are not are told`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1"])]))
    try world.folder.write(
      "To {{stage}}: {{section.sentence}}\n{{#components}}{{name}} {{to}}{{/components}}\n", to: "pull-request.mustache")
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs { try world.openRequest("prod") != nil } != nil)
    let number = try #require(try world.openRequest("prod"))
    let body = try #require(try world.request(number)["body"] as? String)
    #expect(body.hasPrefix("To prod: Moves app from 1.0.0 to 1.1.0 on 1 cluster of prod"))
    #expect(body.contains("app 1.1.0") && body.contains("<!-- sluice:promotion "))
    try world.check("run")
    #expect(try world.check("run").isEmpty)
    try world.folder.write("{{stagee}}{{section.sentence}}", to: "pull-request.mustache")
    #expect(try world.sluice("validate").errors.contains("stagee"))
    #expect(try world.check("run").contains("updated #\(number)"))
    try world.folder.write("{{#stage}}", to: "pull-request.mustache")
    let broken = try world.sluice("run")
    #expect(broken.status == 65 && broken.errors.contains("pull-request.mustache"), "\(broken.status) \(broken.errors)")
  }
}
