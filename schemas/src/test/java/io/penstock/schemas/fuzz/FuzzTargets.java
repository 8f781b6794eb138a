package io.penstock.schemas.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.agent.AgentInstaller;
import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.driver.FuzzedDataProviderImpl;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the fuzz targets of a module: the classes of its tests whose names end in {@code Fuzz}. Each
 * replays the inputs in {@code src/test/resources/fuzz/NAME}, and then takes some random ones.
 * {@code -Dpenstock.fuzz=10m} lets the fuzzer look for inputs that reach new code instead, for ten
 * minutes each, in a JVM of its own; {@code -Dpenstock.fuzz.target=NAME} runs one target alone.
 * {@code compose/docs/fuzzing.md} tells more.
 */
public abstract class FuzzTargets {

  private static final String SUFFIX = "Fuzz.class";
  private static final String METHOD = "fuzzerTestOneInput";

  /**
   * So many random inputs each build takes, the same ones on every machine: whether a build passes
   * must not depend on how fast it is. A slow one takes the first of them.
   */
  private static final int INPUTS = 300;

  private static final Duration LONGEST_MOMENT = Duration.ofSeconds(4);

  private static final long SEED = 1;

  /** How long reading the inputs and starting may take, besides. */
  private static final Duration START = Duration.ofMinutes(3);

  /** An input that takes longer has stalled its reader. The first one loads all classes, too. */
  private static final Duration STALLED = Duration.ofSeconds(60);

  private static final int LONGEST_INPUT = 4_096;
  private static final int HEAP_MEGABYTES = 512;
  private static final int TAIL = 6_000;

  private static final Pattern EXECUTED = Pattern.compile("number_of_executed_units: +(\\d+)");
  private static final Pattern COVERED = Pattern.compile("cov: (\\d+)");

  @TestFactory
  Stream<DynamicTest> findNothing() throws IOException {
    String only = System.getProperty("penstock.fuzz.target");
    return targets()
        .filter(target -> only == null || simpleName(target).equals(only))
        .map(target -> DynamicTest.dynamicTest(simpleName(target), () -> run(target)));
  }

  private static Stream<String> targets() throws IOException {
    Path classes = Path.of("target", "test-classes");
    try (Stream<Path> files = Files.walk(classes)) {
      return files
          .map(file -> classes.relativize(file).toString())
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static String simpleName(String target) {
    return target.substring(target.lastIndexOf('.') + 1);
  }

  private static void run(String target) throws Exception {
    String length = System.getProperty("penstock.fuzz");
    MethodHandle method = method(target);
    int replayed = replay(simpleName(target), method);
    if (length == null) {
      long executions = random(simpleName(target), method);
      System.out.printf(
          "%s: %d inputs replayed, %d random ones%n", simpleName(target), replayed, executions);
    } else {
      fuzz(target, Duration.parse("PT" + length.toUpperCase(Locale.ROOT)));
    }
  }

  /** What the fuzzer's inputs need of its agent, which watches no class here. */
  private static final class Agent {

    static {
      AgentInstaller.install(false);
    }

    static FuzzedDataProviderImpl data(byte[] input) {
      return FuzzedDataProviderImpl.withJavaData(input);
    }
  }

  private static MethodHandle method(String target) throws ReflectiveOperationException {
    return MethodHandles.publicLookup()
        .findStatic(
            Class.forName(target),
            METHOD,
            MethodType.methodType(void.class, FuzzedDataProvider.class));
  }

  private static int replay(String name, MethodHandle method) throws IOException {
    Path seeds = seeds(name);
    if (!Files.isDirectory(seeds)) {
      return 0;
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(seeds)) {
      files = all.sorted().toList();
    }
    for (Path file : files) {
      take(method, Files.readAllBytes(file), file.toString());
    }
    return files.size();
  }

  private static long random(String name, MethodHandle method) {
    Random random = new Random(SEED);
    long began = System.nanoTime();
    long executions = 0;
    while (executions < INPUTS && System.nanoTime() - began < LONGEST_MOMENT.toNanos()) {
      byte[] input = new byte[random.nextInt(1, 400)];
      random.nextBytes(input);
      take(method, input, "random input %d of %s".formatted(executions, name));
      executions++;
    }
    return executions;
  }

  private static void take(MethodHandle method, byte[] input, String what) {
    Instant began = Instant.now();
    try (FuzzedDataProviderImpl data = Agent.data(input)) {
      method.invokeExact((FuzzedDataProvider) data);
    } catch (Throwable thrown) {
      throw new AssertionError(
          "%s: %s; keep this input in src/test/resources/fuzz: %s"
              .formatted(what, thrown, HexFormat.of().formatHex(input)),
          thrown);
    }
    assertThat(Duration.between(began, Instant.now())).as(what).isLessThan(STALLED);
  }

  private static Path seeds(String name) {
    return Path.of("src", "test", "resources", "fuzz", name);
  }

  private static void fuzz(String target, Duration length)
      throws IOException, InterruptedException {
    String name = simpleName(target);
    Path folder = Files.createDirectories(Path.of("target", "fuzz", name));
    Path log = folder.resolve("log.txt");
    Process fuzzer =
        new ProcessBuilder(command(target, folder, length))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      boolean ended = fuzzer.waitFor(length.plus(START).toSeconds(), TimeUnit.SECONDS);
      String text = Files.readString(log, StandardCharsets.ISO_8859_1);
      assertThat(ended && fuzzer.exitValue() == 0)
          .as(
              "%s found something; keep its input, %s, in %s, and see %s:%n%s",
              name,
              folder.resolve("crash-*"),
              seeds(name),
              log,
              text.substring(Math.max(0, text.length() - TAIL)))
          .isTrue();
      System.out.printf(
          "%s: %s executions in %d s, %s edges%n",
          name,
          last(EXECUTED, text).orElse("no"),
          length.toSeconds(),
          last(COVERED, text).orElse("no"));
    } finally {
      fuzzer.destroyForcibly();
    }
  }

  private static List<String> command(String target, Path folder, Duration length)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx%dm".formatted(HEAP_MEGABYTES),
            "-XX:+UseSerialGC",
            "-XX:+EnableDynamicAgentLoading",
            "-Djdk.attach.allowAttachSelf=true",
            "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.penstock.schemas",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + target,
            "--instrumentation_includes=io.penstock.**",
            "--custom_hook_includes=io.penstock.**",
            // Generated classes are large, and what they do is the library's.
            "--instrumentation_excludes=io.penstock.schemas.*",
            "--custom_hook_excludes=io.penstock.schemas.*",
            "--reproducer_path=" + folder,
            "-artifact_prefix=" + folder + "/",
            "-max_total_time=" + Math.max(1, length.toSeconds()),
            "-timeout=" + STALLED.toSeconds(),
            "-max_len=" + LONGEST_INPUT,
            "-rss_limit_mb=0",
            "-print_final_stats=1",
            Files.createDirectories(folder.resolve("corpus")).toString()));
    Path seeds = seeds(simpleName(target));
    if (Files.isDirectory(seeds)) {
      command.add(seeds.toString());
    }
    return command;
  }

  private static Optional<String> last(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(result -> result.group(1)).reduce((a, b) -> b);
  }
}
