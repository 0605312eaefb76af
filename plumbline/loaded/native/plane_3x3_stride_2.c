static void plumbline_plane_3x3_stride_2(const plumbline_layer *layer, const plumbline_planes *p, int channel, const int8_t *plane, int8_t *output)
{
    (void)plane;
    plumbline_all_channels(layer, p, channel, output, 2);
}
