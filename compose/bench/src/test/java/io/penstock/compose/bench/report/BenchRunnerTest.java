package io.penstock.compose.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.bench.BenchProgress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchRunnerTest {

  @TempDir Path folder;

  private ReportFolder report;

  /** Stands for the command line: {@code bench NAME MODE FOLDER}. */
  static final class FakeCommandLine {

    private FakeCommandLine() {}

    public static void main(String... arguments) throws Exception {
      String name = arguments[1];
      System.err.println(name + ": warm-up");
      System.err.println(name + ": 500 of 1000");
      switch (arguments[2]) {
        case "hang" -> Thread.sleep(60_000);
        case "fail" -> {
          System.err.println("error: no port is free");
          System.exit(1);
        }
        default -> {
          Files.writeString(
              Path.of(arguments[3], name + ".json"),
              """
              {"trustworthy":true,"circumstances":{"started_at":"2026-11-21T08:00:00Z"}}\
              """);
          Files.writeString(Path.of(arguments[3], name + ".md"), "figures");
        }
      }
    }
  }

  @BeforeEach
  void makeFolder() throws Exception {
    report = new ReportFolder(folder);
  }

  private BenchOutcome run(String mode, Duration limit, BenchProgress progress) throws Exception {
    return new BenchRunner(FakeCommandLine.class.getName(), limit)
        .run("depth", List.of(mode, folder.toString()), report, progress);
  }

  @Test
  void aBenchmarksFilesAreItsOutcomeAndItsStderrItsProgress() throws Exception {
    List<String> steps = new CopyOnWriteArrayList<>();
    BenchOutcome outcome =
        run("measure", Duration.ofMinutes(1), (phase, share) -> steps.add(phase + share));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            BenchOutcome.Measured.class,
            measured -> assertThat(measured.section()).isEqualTo("figures"));
    assertThat(steps).contains("warm-up0.0", "0.5");
  }

  @Test
  void aFailureTellsWhatWasSaidLastAndNoOldFilePassesForNew() throws Exception {
    run("measure", Duration.ofMinutes(1), BenchProgress.NONE);
    BenchOutcome outcome = run("fail", Duration.ofMinutes(1), BenchProgress.NONE);
    assertThat(outcome).isEqualTo(new BenchOutcome.Failed("exit code 1\nerror: no port is free"));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void oneThatHangsIsEnded() throws Exception {
    assertThat(run("hang", Duration.ofMillis(300), BenchProgress.NONE))
        .isInstanceOf(BenchOutcome.Failed.class);
  }
}
