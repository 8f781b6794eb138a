package io.penstock.compose.input;

import java.io.Closeable;
import java.util.Iterator;

/**
 * Reads an input file item by item, never holding more than one of them. An instance belongs to one
 * thread. A read error of the file system is an {@link java.io.UncheckedIOException}.
 */
public interface InputReader extends Iterator<InputItem>, Closeable {}
