"""PyGithub against the fake: a request's life, pages, conditional requests and refusals.

usage: pygithub.py FAKE_GITHUB
"""

import sys

from github import Auth, Github, GithubException

from fake import Fake, expect


def refused(what, status, message, call):
    try:
        call()
    except GithubException as error:
        expect(what, error.status, status)
        expect(f"{what}: {error.data!r} has {message!r}", message in str(error.data), True)
        return
    expect(what, "done", "refused")


def client(fake, token):
    return Github(auth=Auth.Token(token), base_url=fake.api, retry=None, seconds_between_requests=0, seconds_between_writes=0)


def life(fake, repository):
    """Open, review, status, label, merge."""
    head = fake.commit("bump", {"versions/dev": "2\n"}, "Bump", "sluice")
    pull = repository.create_pull(base="main", head="bump", title="Bump", body="why", draft=False)
    expect("pull", (pull.number, pull.state, pull.head.sha, pull.user.login), (1, "open", head, "sluice"))
    refused(
        "duplicate", 422, "A pull request already exists for example:bump.",
        lambda: repository.create_pull(base="main", head="example:bump", title="Bump"),
    )
    pull.edit(title="Bump dev", body="because")
    pull.add_to_labels("sluice/hold", "bug")
    pull.remove_from_labels("sluice/hold")
    expect("labels", [label.name for label in pull.get_labels()], ["bug"])
    pull.create_review_request(reviewers=["ada"])
    refused("reviewers", 422, "is not a collaborator", lambda: pull.create_review_request(reviewers=["stranger"]))
    refused("own approval", 422, "Can not approve your own pull request", lambda: pull.create_review(event="APPROVE"))
    fake.act("approve", number=1, login="ada")
    expect("reviews", [(r.user.login, r.state, r.commit_id) for r in pull.get_reviews()], [("ada", "APPROVED", head)])
    comment = pull.create_issue_comment("first")
    comment.edit("second")
    expect("comments", [c.body for c in pull.get_issue_comments()], ["second"])
    commit = repository.get_commit(head)
    commit.create_status("pending", "https://example.test/", "waits", "sluice/promotion")
    commit.create_status("success", "https://example.test/", "landed", "sluice/promotion")
    refused("long", 422, "description is too long", lambda: commit.create_status("success", description="x" * 141))
    combined = commit.get_combined_status()
    expect("combined", (combined.state, [s.description for s in combined.statuses]), ("success", ["landed"]))
    expect("statuses", [s.state for s in commit.get_statuses()], ["success", "pending"])
    refused("other head", 409, "Head branch was modified", lambda: pull.merge(sha="1" * 40))
    fake.act("protect", approvals=2)
    refused("reviews", 405, "At least 2 approving reviews are required", lambda: pull.merge(sha=head))
    fake.act("protect", off=True)
    merged = pull.merge(sha=head, merge_method="squash", commit_title="Bump dev (#1)", commit_message="text")
    expect("merged", (merged.merged, merged.sha), (True, repository.get_branch("main").commit.sha))
    expect("message", repository.get_commit(merged.sha).commit.message, "Bump dev (#1)\n\ntext")
    pull.update()
    expect("pull", (pull.merged, pull.state, pull.merged_by.login), (True, "closed", "sluice"))
    repository.get_git_ref("heads/bump").delete()
    refused("gone", 404, "Branch not found", lambda: repository.get_branch("bump"))


def pages(fake, repository):
    for number in range(7):
        fake.commit(f"page-{number}", {f"file-{number}": "x\n"}, login="sluice")
        repository.create_pull(base="main", head=f"page-{number}", title=f"page {number}")
    listed = repository.get_pulls(state="open", sort="created", direction="asc")
    expect("pages", [pull.title for pull in listed], [f"page {number}" for number in range(7)])
    expect("total", repository.get_pulls(state="all").totalCount, 8)
    expect("by head", [pull.number for pull in repository.get_pulls(head="example:page-3")], [5])


def conditional(github, repository):
    """304 costs nothing."""
    before = github.get_rate_limit().resources.core.remaining
    expect("changed", repository.update(), False)
    expect("remaining", github.get_rate_limit().resources.core.remaining, before)
    pull = repository.get_pull(5)
    pull.update()
    expect("changed", pull.update(), False)
    pull.create_issue_comment("x")
    expect("changed", pull.update(), True)


def closing(fake, repository):
    pull = repository.get_pull(2)
    pull.edit(state="closed")
    expect("closer", repository.get_issue(2).closed_by.login, "sluice")
    pull.edit(state="open")
    fake.act("delete-branch", branch="page-0", login="ada")
    expect("closed", (repository.get_pull(2).state, repository.get_issue(2).closed_by.login), ("closed", "ada"))
    refused("reopen", 422, "branch has been deleted", lambda: pull.edit(state="open"))


def limits(fake, repository):
    fake.act("limit", perMinute=0)
    refused("secondary", 403, "secondary rate limit", lambda: repository.get_pull(3).create_issue_comment("x"))
    fake.act("limit", requests=1)
    refused("primary", 403, "API rate limit exceeded", lambda: repository.get_pull(3))


def main():
    with Fake(sys.argv[1]) as fake:
        fake.commit("main", {"versions/dev": "1\n"})
        refused("wrong token", 401, "Bad credentials", lambda: client(fake, "wrong").get_user().login)
        refused("hidden", 404, "Not Found", lambda: client(fake, "ghp_stranger").get_repo("example/fleet"))
        github = client(fake, "ghp_sluice")
        github.per_page = 3
        expect("user", github.get_user().login, "sluice")
        repository = github.get_repo("example/fleet")
        expect("permission", repository.get_collaborator_permission("ada"), "write")
        life(fake, repository)
        pages(fake, repository)
        conditional(github, repository)
        closing(fake, repository)
        limits(fake, repository)
    print("agrees")


main()
