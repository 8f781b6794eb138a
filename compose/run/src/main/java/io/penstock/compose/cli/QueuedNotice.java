package io.penstock.compose.cli;

import io.penstock.schemas.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Says, when Ctrl-C ends a submission, which requests are queued all the same and what can be done
 * about them. It stands by while it is open.
 */
final class QueuedNotice implements AutoCloseable {

  private static final int SHOWN = 10;

  private final Console console;
  private final Supplier<List<Submission.Unanswered>> unanswered;
  private final Thread hook;

  QueuedNotice(Console console, Supplier<List<Submission.Unanswered>> unanswered) {
    this.console = console;
    this.unanswered = unanswered;
    this.hook = Thread.ofPlatform().unstarted(this::interrupted);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** What the end of the process does. */
  void interrupted() {
    List<Submission.Unanswered> queued = unanswered.get();
    if (!queued.isEmpty()) {
      console.note("");
      console.note(text(queued, queued.size() > SHOWN ? file(queued) : ""));
    }
  }

  /**
   * The notice.
   *
   * @param file the file with all the ids, where there are more than are shown
   */
  static String text(List<Submission.Unanswered> queued, String file) {
    String named = queued.getFirst().tenant();
    String tenant = named.isEmpty() ? "" : "--tenant %s ".formatted(Printable.of(named));
    String ids =
        queued.stream()
            .limit(SHOWN)
            .map(each -> Printable.of(each.id()))
            .collect(Collectors.joining(" "));
    boolean more = queued.size() > SHOWN;
    String all = more ? "$(cat %s)".formatted(file) : ids;
    return """
    interrupted: %s sent and not answered, and served all the same: %s%s
    look up:  penstock status %s%s
    cancel:   penstock cancel %s%s\
    """
        .formatted(
            queued.size() == 1 ? "1 request is" : queued.size() + " requests are",
            ids,
            more ? " and %d more, all in %s".formatted(queued.size() - SHOWN, file) : "",
            tenant,
            all,
            tenant,
            all);
  }

  private static String file(List<Submission.Unanswered> queued) {
    try {
      Path file = Files.createTempFile("penstock-ids-", ".txt");
      Files.write(file, queued.stream().map(Submission.Unanswered::id).toList());
      return file.toString();
    } catch (IOException e) {
      return "no file, since none can be written (" + e.getMessage() + ")";
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // The process ends already, and the notice with it.
    }
  }
}
