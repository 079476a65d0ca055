import NIOPosix
import ObjectStorage

/// A program that prints credentials: `credential_process` of a profile.
struct ProgramCredentials: CredentialProvider {
  let words: [String]
  let profile: String
  let environment: [String: String]

  /// The program's arguments are not shown: they may hold secrets.
  var origin: String { "credential_process of profile \(shownSafely(profile))" }
  var remedy: String { "run that program by hand and see what it says" }

  init(command: String, profile: String, environment: [String: String]) throws(StorageError) {
    self.profile = profile
    self.environment = environment
    guard let words = ShellWords.split(command), !words.isEmpty else {
      throw StorageError(
        .credentialsRejected,
        "credential_process of profile \(shownSafely(profile)) has an open quote or no words")
    }
    self.words = words
  }

  func issue() async throws(StorageError) -> IssuedCredentials {
    let (words, environment) = (words, environment)
    let ended: Result<ChildProgram.Ended, StorageError>
    do {
      ended = try await NIOThreadPool.singleton.runIfActive {
        do throws(StorageError) {
          return .success(try ChildProgram.run(words, environment: environment))
        } catch {
          return .failure(error)
        }
      }
    } catch {
      throw StorageError(.cancelled, "stopped while a program was to be asked for credentials")
    }
    let output = try ended.get()
    guard output.status == 0 else {
      throw StorageError(.credentialsRejected, "the program ended with status \(output.status); \(remedy)")
    }
    let document = try CredentialDocument.read(output.bytes, from: "the program")
    guard document.version == 1 else {
      throw StorageError(.credentialsRejected, "the program's answer does not say \"Version\": 1")
    }
    return try document.issued(by: "the program", tokenRequired: false)
  }
}

/// A command line as shells read it, without anything but quotes and backslashes.
enum ShellWords {
  /// Nil where a quote stays open or a backslash ends the text.
  static func split(_ text: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var rest = text.makeIterator()
    while let character = rest.next() {
      switch (character, quote) {
      case ("'", "'"), ("\"", "\""): quote = nil
      case (_, "'"): word = (word ?? "") + String(character)
      case ("\\", "\""):
        guard let next = rest.next() else { return nil }
        word = (word ?? "") + (next == "\"" || next == "\\" ? String(next) : "\\\(next)")
      case (_, "\""): word = (word ?? "") + String(character)
      case ("\\", _):
        guard let next = rest.next() else { return nil }
        word = (word ?? "") + String(next)
      case ("'", _), ("\"", _):
        quote = character
        word = word ?? ""
      case _ where character.isWhitespace:
        if let done = word { words.append(done) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    guard quote == nil else { return nil }
    return words + (word.map { [$0] } ?? [])
  }
}
