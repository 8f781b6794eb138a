/** What is given up under overload, step by step, and taken back. */
@NullMarked
package io.penstock.streams.control.ladder;

import org.jspecify.annotations.NullMarked;
