#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

switch Options.parse(Array(CommandLine.arguments.dropFirst())) {
case .failure(let wrong):
  print("error: \(wrong.text), hint: simulate --runs 1000 --steps 200 --seed 1 --jobs 2")
  exit(64)
case .success(let options):
  exit(await Command(options: options).run() ? 0 : 1)
}
