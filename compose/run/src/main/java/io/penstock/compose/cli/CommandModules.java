package io.penstock.compose.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * Finds the modules that add commands: those on the class path, and those in the folder of jars
 * that the launcher names. They have a class loader of their own, so that every process has the
 * class path of a server. That keeps what measures out of servers, and one cache of linked classes
 * serves all commands.
 */
final class CommandModules {

  /** The system property that names the folder. */
  static final String FOLDER = "penstock.tools";

  private CommandModules() {}

  /** The loader that sees the modules. It lives as long as the process. */
  static ClassLoader loader() {
    String folder = System.getProperty(FOLDER);
    ClassLoader own = CommandModules.class.getClassLoader();
    return folder == null ? own : new URLClassLoader("tools", jars(Path.of(folder)), own);
  }

  private static URL[] jars(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".jar"))
          .sorted()
          .map(CommandModules::url)
          .toArray(URL[]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URL url(Path file) {
    try {
      return file.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** These commands with those that modules add, each in its place. */
  static List<CommandLine> completed(List<CommandLine> own, Environment environment) {
    List<CommandLine> all = new ArrayList<>(own);
    ClassLoader modules = Thread.currentThread().getContextClassLoader();
    for (CommandModule module : ServiceLoader.load(CommandModule.class, modules)) {
      for (CommandModule.Addition each : module.commands(environment)) {
        all.add(placeBehind(each.after(), all), each.command());
      }
    }
    return all;
  }

  private static int placeBehind(String name, List<CommandLine> commands) {
    for (int i = 0; i < commands.size(); i++) {
      if (commands.get(i).getCommandName().equals(name)) {
        return i + 1;
      }
    }
    return commands.size();
  }
}
