package io.penstock.compose.secure;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.access.AccessRole;
import io.penstock.compose.e2e.PenstockProcess;
import io.penstock.compose.node.Role;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No secret leaves the configuration. */
abstract class Secrets {

  private final SecureUsers users;

  Secrets(SecureUsers users) {
    this.users = users;
  }

  /** One process with every role, that says all it can. */
  @Test
  void noSecretIsPrintedOrLogged() throws Exception {
    users.cluster().user("all");
    for (Role role : Role.values()) {
      users.cluster().grant(AccessRole.named(role.toString()), "all");
    }
    Path config =
        users
            .cluster()
            .configuration(
                "all",
                """
                data: %s
                worker: {models: [m], slots: 8}
                engine: {kind: simulated}
                http: {port: 0, keys: {adminSecret: '${file:%s:secret}'}}
                operations: {port: 0}
                """
                    .formatted(users.folder().resolve("all"), users.adminSecret()));
    assertThat(users.cli(0, "config", "show", "--config", config.toString()).out())
        .contains("kafka.settings.sasl.jaas.config")
        .doesNotContain("the-password");
    try (PenstockProcess process =
        PenstockProcess.start(
            users.folder().resolve("home-all"),
            "up",
            "--verbose",
            "--json",
            "--config",
            config.toString())) {
      assertThat(process.awaitReady().get("ready").asBoolean()).isTrue();
      assertThat(process.arguments()).doesNotContain("the-password");
      process.terminate();
      assertThat(process.awaitEnd(SecureUsers.PATIENCE)).isTrue();
      assertThat(process.log()).contains("ConsumerConfig values").doesNotContain("the-password");
    }
    try (Stream<Path> files = Files.walk(users.folder().resolve("all"))) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1))
            .as(each.toString())
            .doesNotContain("the-password");
      }
    }
  }
}
