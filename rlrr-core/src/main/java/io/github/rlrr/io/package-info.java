/**
 * Files and folders that people made and several processes use: written as a whole or not at all,
 * one lock, one hash, temporary files that leave, small files read with checks.
 */
@NullMarked
package io.github.rlrr.io;

import org.jspecify.annotations.NullMarked;
