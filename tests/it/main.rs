mod audio;
