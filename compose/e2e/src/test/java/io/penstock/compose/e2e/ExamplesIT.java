package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.penstock.compose.cli.PenstockCli;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.models.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the examples of the broker's documentation and of the README, and commands of the operating
 * guides, as they are written. Those that need jq run where it is. Those of OpenAI's SDKs run where
 * the SDKs are: {@code PENSTOCK_EXAMPLE_SDKS} names a folder with {@code python}, made by {@code
 * pip install --target python openai}, and {@code node_modules}.
 */
@ExtendWith(PenstockFixture.class)
class ExamplesIT {

  private static final Path ROOT = Path.of("..", "..");

  /** The first one makes the input that those of the second one need. */
  private static final List<Path> PAGES =
      List.of(
          ROOT.resolve(Path.of("broker", "docs", "examples.md")),
          ROOT.resolve("README.md"),
          ROOT.resolve(Path.of("compose", "docs", "maintenance.md")),
          ROOT.resolve(Path.of("compose", "docs", "runbook.md")));

  private static final Pattern EXAMPLE =
      Pattern.compile("<!-- run: ([a-z ]+) -->\n```([a-z]+)\n(.*?)```", Pattern.DOTALL);
  private static final String SDKS = "PENSTOCK_EXAMPLE_SDKS";
  private static final String MODEL = "llama";

  @TempDir private static Path folder;
  private static PenstockProcess worker;
  private static String url;

  /** Where operators' commands go. The pages have all find the running 'up', another one here. */
  private static Map<String, String> cluster;

  /** An example of a page. */
  private record Example(String name, String language, String code) {

    boolean isSubmission() {
      return name.endsWith("submit");
    }

    /** An operator's command, which says by its exit code whether it went well. */
    boolean isOperation() {
      return name.startsWith("operate");
    }

    boolean isStream() {
      return name.endsWith("stream");
    }
  }

  @BeforeAll
  static void start(PenstockNode node) throws Exception {
    TestModels.register(node, MODEL, Endpoint.CHAT_COMPLETIONS);
    worker =
        TestWorkers.start(
            node, folder.resolve("home"), "examples", MODEL, "simulated", 4, "-E", "speed-up=20");
    worker.awaitReady();
    url = node.addresses().httpUrl().orElseThrow();
    cluster =
        Map.of(
            "PENSTOCK_KAFKA", node.connection().bootstrapServers(),
            "PENSTOCK_REGISTRY", node.connection().registryUrl(),
            "PENSTOCK_PREFIX", node.topics().names().prefix());
    Path launcher =
        Files.writeString(
            folder.resolve("penstock"),
            "#!/bin/sh\nexec '%s' -cp '%s' %s \"$@\"\n"
                .formatted(
                    Path.of(System.getProperty("java.home"), "bin", "java"),
                    System.getProperty("java.class.path"),
                    PenstockCli.class.getName()));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterAll
  static void stop() throws IOException {
    worker.close();
    Files.deleteIfExists(folder.resolve("node_modules"));
  }

  @TestFactory
  List<DynamicTest> everyExampleRunsAsItIsWritten() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path page : PAGES) {
      Matcher found = EXAMPLE.matcher(Files.readString(page));
      while (found.find()) {
        Example example = new Example(found.group(1), found.group(2), found.group(3));
        tests.add(dynamicTest(page.getFileName() + ": " + example.name(), () -> run(example)));
      }
    }
    assertThat(tests).hasSizeGreaterThanOrEqualTo(12);
    return tests;
  }

  private static void run(Example example) throws Exception {
    Path answers = folder.resolve("answers.jsonl");
    Files.deleteIfExists(answers);
    Map<String, String> where = example.isOperation() ? cluster : Map.of("PENSTOCK_URL", url);

    String output =
        switch (example.language()) {
          case "bash" -> {
            if (example.code().contains("jq ")) {
              assumeTrue(succeeds("jq", "--version"), "jq is not installed");
            }
            yield run(List.of("bash", "-euo", "pipefail"), ".sh", example.code(), where);
          }
          case "python" -> {
            requireSdk(succeeds("python3", "-c", "import openai"), "python");
            yield run(List.of("python3"), ".py", example.code(), where);
          }
          case "javascript" -> {
            requireSdk(hasNodeSdk() && succeeds("node", "--version"), "node_modules");
            yield run(List.of("node"), ".mjs", example.code(), where);
          }
          default -> throw new AssertionError("nothing runs " + example.language());
        };

    if (example.isStream()) {
      assertThat(output).contains("filler");
    } else if (example.isSubmission()) {
      assertThat(output).contains("batch_");
    } else if (!example.isOperation() && !example.name().equals("input")) {
      assertThat(Files.readAllLines(answers))
          .hasSize(2)
          .allSatisfy(line -> assertThat(line).contains("\"embedding\""));
    }
  }

  private static void requireSdk(boolean there, String part) {
    assumeTrue(
        there,
        "OpenAI's SDK is not installed; install it under DIR/%s and set %s=DIR"
            .formatted(part, SDKS));
  }

  /** Node looks for packages beside the script. */
  private static boolean hasNodeSdk() throws IOException {
    Path modules = Path.of(System.getenv().getOrDefault(SDKS, ""), "node_modules");
    Path link = folder.resolve("node_modules");
    if (System.getenv(SDKS) == null || !Files.isDirectory(modules.resolve("openai"))) {
      return false;
    }
    if (!Files.exists(link)) {
      Files.createSymbolicLink(link, modules.toAbsolutePath());
    }
    return true;
  }

  private static boolean succeeds(String... command) throws Exception {
    try {
      return start(List.of(command), folder.resolve("check.log"), Map.of()).waitFor() == 0;
    } catch (IOException notInstalled) {
      return false;
    }
  }

  private static String run(
      List<String> command, String ending, String code, Map<String, String> where)
      throws Exception {
    Path script = Files.writeString(folder.resolve("example" + ending), code);
    List<String> line = new ArrayList<>(command);
    line.add(script.toString());
    Path log = folder.resolve("example.log");
    Process process = start(line, log, where);
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("it ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String output = Files.readString(log);
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  private static Process start(List<String> command, Path log, Map<String, String> where)
      throws IOException {
    ProcessBuilder process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("HOME", folder.resolve("home").toString());
    variables.put("OPENAI_BASE_URL", url + "/v1");
    variables.put("OPENAI_API_KEY", "none");
    variables.putAll(where);
    if (System.getenv(SDKS) != null) {
      variables.put("PYTHONPATH", Path.of(System.getenv(SDKS), "python").toString());
    }
    process.environment().putAll(variables);
    return process.start();
  }
}
