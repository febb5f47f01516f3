"""githubkit against the fake: its models are made from GitHub's published description, and validate every answer.

usage: githubkit_check.py FAKE_GITHUB
"""

import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from githubkit import AppAuthStrategy, GitHub, TokenAuthStrategy
from githubkit.exception import RequestFailed
from pydantic import ValidationError

from fake import Fake, expect

VERSION = "2022-11-28"
WHERE = {"owner": "example", "repo": "fleet"}
disagreements = 0
calls = 0
# A client ends with the last reference to it.
clients = []


def rest_of(fake, strategy):
    clients.append(GitHub(strategy, base_url=fake.api, auto_retry=False, http_cache=False))
    return clients[-1].rest(VERSION)


def parsed(what, response):
    """The answer as its model, or a disagreement."""
    global disagreements, calls
    calls += 1
    try:
        return response.parsed_data
    except ValidationError as error:
        disagreements += 1
        print(f"{what}: {error.error_count()} errors", file=sys.stderr)
        seen = set()
        for one in error.errors():
            place = ".".join(str(part) for part in one["loc"])
            if place not in seen and len(seen) < 12:
                seen.add(place)
                print(f"  {place}: {one['msg']}", file=sys.stderr)
        return None


def refused(what, status, message, call):
    """Asks for what must be refused."""
    global calls
    calls += 1
    try:
        call()
    except RequestFailed as error:
        expect(what, error.response.status_code, status)
        body = error.response.json()
        text = " ".join([body["message"]] + [e if isinstance(e, str) else e.get("message", "") for e in body.get("errors", [])])
        expect(f"{what}: {text!r} has {message!r}", message in text, True)
        if status == 422 and body["message"] == "Validation Failed":
            try:
                error.response.parsed_data  # the model of what is refused
            except ValidationError as wrong:
                expect(what, str(wrong), "")
        return
    expect(what, "done", "refused")


def pulls(fake, rest):
    head = fake.commit("bump", {"versions/dev": "2\n"}, "Bump", "sluice")
    made = parsed("create", rest.pulls.create(**WHERE, title="Bump", head="bump", base="main", body="why"))
    expect("number", made.number, 1)
    expect("head", made.head.sha, head)
    refused(
        "duplicate", 422, "A pull request already exists for example:bump.",
        lambda: rest.pulls.create(**WHERE, title="Bump", head="bump", base="main"),
    )
    refused(
        "empty", 422, "No commits between main and main",
        lambda: rest.pulls.create(**WHERE, title="Bump", head="main", base="main"),
    )
    expect("list", [one.number for one in parsed("list", rest.pulls.list(**WHERE, head="example:bump"))], [1])
    parsed("get", rest.pulls.get(**WHERE, pull_number=1))
    whole = parsed("get", rest.pulls.get(**WHERE, pull_number=1))
    expect("mergeable", (whole.mergeable, whole.mergeable_state), (True, "clean"))
    parsed("update", rest.pulls.update(**WHERE, pull_number=1, title="Bump dev", body="because"))
    expect("commits", [one.sha for one in parsed("commits", rest.pulls.list_commits(**WHERE, pull_number=1))], [head])
    parsed("request", rest.pulls.request_reviewers(**WHERE, pull_number=1, reviewers=["ada"]))
    parsed("requested", rest.pulls.list_requested_reviewers(**WHERE, pull_number=1))
    refused(
        "reviewers", 422, "is not a collaborator of the example/fleet repository.",
        lambda: rest.pulls.request_reviewers(**WHERE, pull_number=1, reviewers=["ada", "stranger"]),
    )
    parsed("drop", rest.pulls.remove_requested_reviewers(**WHERE, pull_number=1, reviewers=["ada"]))
    refused(
        "own approval", 422, "approve your own pull request",
        lambda: rest.pulls.create_review(**WHERE, pull_number=1, event="APPROVE"),
    )
    fake.act("approve", number=1, login="ada")
    review = parsed("reviews", rest.pulls.list_reviews(**WHERE, pull_number=1))[0]
    expect("review", (review.state, review.user.login, review.commit_id), ("APPROVED", "ada", head))
    parsed("comment", rest.pulls.create_review(**WHERE, pull_number=1, event="COMMENT", body="looks fine"))
    parsed("dismiss", rest.pulls.dismiss_review(**WHERE, pull_number=1, review_id=review.id, message="old"))
    return head


def issues(fake, rest):
    comment = parsed("comment", rest.issues.create_comment(**WHERE, issue_number=1, body="first"))
    expect("edited", parsed("edit", rest.issues.update_comment(**WHERE, comment_id=comment.id, body="second")).body, "second")
    parsed("one comment", rest.issues.get_comment(**WHERE, comment_id=comment.id))
    expect("comments", len(parsed("comments", rest.issues.list_comments(**WHERE, issue_number=1))), 1)
    parsed("labels", rest.issues.add_labels(**WHERE, issue_number=1, labels=["sluice/hold", "bug"]))
    parsed("labels", rest.issues.list_labels_on_issue(**WHERE, issue_number=1))
    parsed("unlabel", rest.issues.remove_label(**WHERE, issue_number=1, name="sluice/hold"))
    parsed("all labels", rest.issues.list_labels_for_repo(**WHERE))
    parsed("label", rest.issues.create_label(**WHERE, name="new", color="ff0000"))
    expect("issue", parsed("issue", rest.issues.get(**WHERE, issue_number=1)).number, 1)


def statuses(fake, rest, head):
    parsed(
        "status",
        rest.repos.create_commit_status(
            **WHERE, sha=head, state="pending", context="sluice/promotion", description="waits", target_url="https://example.test/"
        ),
    )
    parsed("status", rest.repos.create_commit_status(**WHERE, sha=head, state="success", context="sluice/promotion"))
    refused(
        "long", 422, "description is too long (maximum is 140 characters)",
        lambda: rest.repos.create_commit_status(**WHERE, sha=head, state="success", description="x" * 141),
    )
    refused(
        "unknown commit", 422, "No commit found for SHA",
        lambda: rest.repos.create_commit_status(**WHERE, sha="1" * 40, state="success"),
    )
    combined = parsed("combined", rest.repos.get_combined_status_for_ref(**WHERE, ref="bump"))
    expect("combined", (combined.state, combined.total_count), ("success", 1))
    expect("statuses", len(parsed("statuses", rest.repos.list_commit_statuses_for_ref(**WHERE, ref=head))), 2)
    fake.act("check-run", name="build", conclusion="success", commit=head)
    runs = parsed("check runs", rest.checks.list_for_ref(**WHERE, ref=head, filter_="latest"))
    expect("check runs", [run.conclusion for run in runs.check_runs], ["success"])


def repository(fake, rest, admin, head):
    expect("user", parsed("user", rest.users.get_authenticated()).login, "sluice")
    parsed("somebody", rest.users.get_by_username(username="ada"))
    expect("repository", parsed("repository", rest.repos.get(**WHERE)).full_name, "example/fleet")
    parsed("commit", rest.repos.get_commit(**WHERE, ref=head))
    parsed("git commit", rest.git.get_commit(**WHERE, commit_sha=head))
    expect("ref", parsed("ref", rest.git.get_ref(**WHERE, ref="heads/bump")).object_.sha, head)
    parsed("refs", rest.git.list_matching_refs(**WHERE, ref="heads/"))
    parsed("new ref", rest.git.create_ref(**WHERE, ref="refs/heads/gone", sha=head))
    rest.git.delete_ref(**WHERE, ref="heads/gone")
    refused("no ref", 422, "Reference does not exist", lambda: rest.git.delete_ref(**WHERE, ref="heads/gone"))
    parsed("branch", rest.repos.get_branch(**WHERE, branch="main"))
    parsed("branches", rest.repos.list_branches(**WHERE))
    refused("no protection", 404, "Branch not protected", lambda: admin.repos.get_branch_protection(**WHERE, branch="main"))
    refused("not an admin", 403, "", lambda: rest.repos.get_branch_protection(**WHERE, branch="main"))
    fake.act("protect", approvals=1, checks=["ci"], strict=True, pushers=["root"])
    parsed("protection", admin.repos.get_branch_protection(**WHERE, branch="main"))
    parsed("branch", rest.repos.get_branch(**WHERE, branch="main"))
    expect("rules", parsed("rules", rest.repos.get_branch_rules(**WHERE, branch="main")), [])
    fake.act("protect", kind="ruleset", approvals=1, checks=["ci"], pushers=["root"])
    rules = parsed("rules", rest.repos.get_branch_rules(**WHERE, branch="main"))
    expect("rules", [rule.type for rule in rules], ["update", "pull_request", "required_status_checks"])
    refused(
        "protected", 405, "You're not authorized to push to this branch.", lambda: rest.pulls.merge(**WHERE, pull_number=1)
    )
    fake.act("protect", kind="ruleset", approvals=1, checks=["ci"])
    refused("protected", 405, "Repository rule violations found", lambda: rest.pulls.merge(**WHERE, pull_number=1))
    fake.act("protect", off=True)
    permission = parsed("permission", rest.repos.get_collaborator_permission_level(**WHERE, username="ada"))
    expect("permission", permission.permission, "write")
    parsed("rate", rest.rate_limit.get())
    parsed("meta", rest.meta.get())


def landing(fake, rest, head):
    refused("other head", 409, "Head branch was modified", lambda: rest.pulls.merge(**WHERE, pull_number=1, sha="1" * 40))
    merged = parsed("merge", rest.pulls.merge(**WHERE, pull_number=1, sha=head, merge_method="merge"))
    expect("merge", (merged.merged, merged.message), (True, "Pull Request successfully merged"))
    whole = parsed("merged", rest.pulls.get(**WHERE, pull_number=1))
    expect("merged", (whole.merged, whole.merge_commit_sha, whole.merged_by.login), (True, merged.sha, "sluice"))
    parsed("merged list", rest.pulls.list(**WHERE, state="all"))
    refused("again", 405, "Pull Request is not mergeable", lambda: rest.pulls.merge(**WHERE, pull_number=1))
    fake.act("revert", number=1, login="ada")
    expect("revert", parsed("revert", rest.pulls.get(**WHERE, pull_number=2)).body, "Reverts example/fleet#1")
    closed = parsed("close", rest.pulls.update(**WHERE, pull_number=2, state="closed"))
    expect("closed", closed.state, "closed")
    expect("closer", parsed("issue", rest.issues.get(**WHERE, issue_number=2)).closed_by.login, "sluice")
    parsed("reopen", rest.pulls.update(**WHERE, pull_number=2, state="open"))
    fake.commit("main", {"other": "x\n"})
    parsed("update branch", rest.pulls.update_branch(**WHERE, pull_number=2))


def as_app(fake, key):
    """An App's own token, its installation's, and what that may."""
    rest = rest_of(fake, AppAuthStrategy("4242", key))
    expect("app", parsed("app", rest.apps.get_authenticated()).slug, "sluice")
    installation = parsed("installation", rest.apps.get_repo_installation(**WHERE))
    token = parsed("token", rest.apps.create_installation_access_token(installation_id=installation.id, repositories=["fleet"]))
    own = rest_of(fake, TokenAuthStrategy(token.token))
    parsed("repository", own.repos.get(**WHERE))
    expect("author", parsed("comment", own.issues.create_comment(**WHERE, issue_number=2, body="x")).user.login, "sluice[bot]")
    refused("not granted", 403, "Resource not accessible by integration", lambda: own.users.get_authenticated())
    fake.act("advance", seconds=3600)
    refused("expired", 401, "Bad credentials", lambda: own.repos.get(**WHERE))


def pages(fake, rest):
    for number in range(7):
        fake.commit(f"page-{number}", {f"file-{number}": "x\n"}, login="sluice")
        rest.pulls.create(**WHERE, title=f"page {number}", head=f"page-{number}", base="main")
    found = [one.title for one in clients[0].rest.paginate(rest.pulls.list, **WHERE, per_page=3, state="open", sort="created")]
    expect("pages", found, [f"page {number}" for number in reversed(range(7))] + ['Revert "Bump dev"'])


def main():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    with Fake(sys.argv[1], app_key=public) as fake:
        rest = rest_of(fake, TokenAuthStrategy("ghp_sluice"))
        admin = rest_of(fake, TokenAuthStrategy("ghp_root"))
        fake.commit("main", {"versions/dev": "1\n"})
        head = pulls(fake, rest)
        issues(fake, rest)
        statuses(fake, rest, head)
        repository(fake, rest, admin, head)
        landing(fake, rest, head)
        pages(fake, rest)
        as_app(fake, private)
    print(f"{calls} answers, {disagreements} disagreements")
    sys.exit(1 if disagreements else 0)


main()
