// How Keras's operation classes and our functions take their parameters. `parseSignature` reads them: parameters with a star are
// arguments of a call, the others belong to the object; those behind a semicolon stand in our options. A class has the name of its function
// and the parameter `*x` unless said otherwise.

export const signatures: Readonly<Record<string, string>> = {
  numpy: `
    rot90(*array, k=1, axes=[0, 1])
    absolute
    fabs
    add(*x1, *x2)
    all(*x; axis=null, keepdims=false)
    AllClose: allclose(*x1, *x2; rtol=1e-05, atol=1e-08, equal_nan=false)
    angle
    any(*x; axis=null, keepdims=false)
    amax(*x; axis=null, keepdims=false)
    amin(*x; axis=null, keepdims=false)
    append(*x1, *x2, axis=null)
    arange(*start, *stop=null, *step=null; dtype=null)
    arccos
    arccosh
    arcsin
    arcsinh
    arctan
    arctan2(*x1, *x2)
    arctanh
    argmax(*x; axis=null, keepdims=false)
    argmin(*x; axis=null, keepdims=false)
    argsort(*x, axis=-1)
    array(*x; dtype=null)
    view(*x, dtype=null)
    average(*x; *weights=null, axis=null)
    heaviside(*x1, *x2)
    bincount(*x; weights=null, minlength=0, sparse=false)
    bitwiseAnd(*x, *y)
    bitwiseInvert
    bitwiseNot
    bitwiseOr(*x, *y)
    bitwiseXor(*x, *y)
    bitwiseLeftShift(*x, *y)
    leftShift(*x, *y)
    bitwiseRightShift(*x, *y)
    rightShift(*x, *y)
    broadcastTo(*x, shape)
    cbrt
    ceil
    clip(*x, x_min, x_max)
    concatenate(*xs, axis=0)
    conjugate
    copy
    cos
    cosh
    countNonzero(*x; axis=null)
    cross(*x1, *x2; axisa=-1, axisb=-1, axisc=-1, axis=null)
    cumprod(*x; axis=null, dtype=null)
    cumsum(*x; axis=null, dtype=null)
    deg2rad
    rad2deg
    diag(*x, k=0)
    diagflat(*x, k=0)
    diagonal(*x, offset=0, axis1=0, axis2=1)
    digitize(*x, *bins)
    dot(*x1, *x2)
    dstack(*xs)
    einsum(subscripts, ...*operands)
    emptyLike(*x; dtype=null)
    equal(*x1, *x2)
    exp
    exp2
    expandDims(*x, axis)
    expm1
    flip(*x, axis=null)
    fliplr
    flipud
    floor
    full(shape, *fill_value; dtype=null)
    fullLike(*x, *fill_value; dtype=null)
    gcd(*x1, *x2)
    getItem(*x, *key)
    greater(*x1, *x2)
    greaterEqual(*x1, *x2)
    hstack(*xs)
    hsplit(*x, indices_or_sections)
    hypot(*x1, *x2)
    imag
    i0
    isclose(*x1, *x2; *rtol=1e-05, *atol=1e-08, equal_nan=false)
    isfinite
    IsIn: isin(*x1, *x2; assume_unique=false, invert=false)
    isinf
    isnan
    isneginf
    isposinf
    isreal
    kron(*x1, *x2)
    lcm(*x1, *x2)
    ldexp(*x1, *x2)
    less(*x1, *x2)
    lessEqual(*x1, *x2)
    log
    log10
    log1p
    log2
    logaddexp(*x1, *x2)
    logaddexp2(*x1, *x2)
    logicalAnd(*x1, *x2)
    logicalNot
    logicalOr(*x1, *x2)
    matmul(*x1, *x2)
    max(*x; axis=null, keepdims=false, initial=null)
    maximum(*x1, *x2)
    fmax(*x1, *x2)
    median(*x; axis=null, keepdims=false)
    meshgrid(...*x; indexing="xy")
    min(*x; axis=null, keepdims=false, initial=null)
    minimum(*x1, *x2)
    fmin(*x1, *x2)
    mod(*x1, *x2)
    fmod(*x1, *x2)
    moveaxis(*x, source, destination)
    nanargmax(*x; axis=null, keepdims=false)
    nanargmin(*x; axis=null, keepdims=false)
    nancumsum(*x; axis=null, dtype=null)
    nancumprod(*x; axis=null, dtype=null)
    nanmax(*x; axis=null, keepdims=false)
    nanmean(*x; axis=null, keepdims=false)
    nanmedian(*x; axis=null, keepdims=false)
    nanmin(*x; axis=null, keepdims=false)
    nanpercentile(*x, *q; axis=null, method="linear", keepdims=false)
    nanprod(*x; axis=null, keepdims=false)
    nanquantile(*x, *q; axis=null, method="linear", keepdims=false)
    nanstd(*x; axis=null, keepdims=false)
    nansum(*x; axis=null, keepdims=false)
    nanvar(*x; axis=null, keepdims=false)
    nanToNum(*x; nan=0.0, posinf=null, neginf=null)
    ndim
    nonzero
    notEqual(*x1, *x2)
    onesLike(*x; dtype=null)
    zerosLike(*x; dtype=null)
    outer(*x1, *x2)
    percentile(*x, *q; axis=null, method="linear", keepdims=false)
    prod(*x; axis=null, keepdims=false, dtype=null)
    ptp(*x; axis=null, keepdims=false)
    quantile(*x, *q; axis=null, method="linear", keepdims=false)
    ravel
    unravelIndex(*indices, shape)
    real
    reciprocal
    repeat(*x, repeats, axis=null)
    reshape(*x, newshape)
    roll(*x, shift, axis=null)
    round(*x, decimals=0)
    SearchSorted: searchsorted(*sorted_sequence, *values, side="left")
    sign
    signbit
    sin
    sinc
    sinh
    size
    sort(*x, axis=-1)
    split(*x, indices_or_sections, axis=0)
    stack(*x, axis=0)
    std(*x; axis=null, keepdims=false)
    swapaxes(*x, axis1, axis2)
    take(*x, *indices, axis=null)
    takeAlongAxis(*x, *indices, axis=null)
    tan
    tanh
    tensordot(*x1, *x2; axes=2)
    tile(*x, repeats)
    trace(*x, offset=0, axis1=0, axis2=1)
    tril(*x, k=0)
    triu(*x, k=0)
    trunc
    vdot(*x1, *x2)
    inner(*x1, *x2)
    vstack(*xs)
    vsplit(*x, indices_or_sections)
    where(*condition, *x1=null, *x2=null)
    subtract(*x1, *x2)
    multiply(*x1, *x2)
    divide(*x1, *x2)
    divideNoNan(*x1, *x2)
    trueDivide(*x1, *x2)
    power(*x1, *x2)
    negative
    nextafter(*x1, *x2)
    square
    sqrt
    squeeze(*x, axis=null)
    transpose(*x, axes=null)
    trapezoid(*y; x=null, dx=1.0, axis=-1)
    mean(*x; axis=null, keepdims=false)
    vander(*x, N=null, increasing=false)
    var(*x; axis=null, keepdims=false)
    sum(*x; axis=null, keepdims=false)
    floorDivide(*x1, *x2)
    logicalXor(*x1, *x2)
    corrcoef
    correlate(*x1, *x2; mode="valid")
    select(*condlist, *choicelist, *default=0)
    slogdet
    argpartition(*x, kth, axis=-1)
    histogram(*x; bins=10, range=null)
    arraySplit(*x, indices_or_sections, axis=0)
    unique(*x; sorted=true, return_index=false, return_inverse=false, return_counts=false, axis=null, size=null, fill_value=null)
    dsplit(*x, indices_or_sections)
    columnStack(*xs)
    Absolute: abs
    Var: variance(*x; axis=null, keepdims=false)
    Conjugate: conj
    pad(*x, pad_width, mode="constant", *constant_values=null)
    linspace(*start, *stop; num=50, endpoint=true, retstep=false, dtype=null, axis=0)
  `,
  nn: `
    relu
    relu6
    sigmoid
    sparseSigmoid
    softplus
    softsign
    softShrink(*x, threshold=0.5)
    sparsePlus
    silu
    squareplus(*x, b=4)
    logSigmoid
    leakyRelu(*x, negative_slope=0.2)
    hardSigmoid
    hardSilu
    elu(*x, alpha=1.0)
    selu
    gelu(*x, approximate=true)
    celu(*x, alpha=1.0)
    glu(*x, axis=-1)
    tanhShrink
    hardTanh
    hardShrink(*x, threshold=0.5)
    threshold(*x, threshold, default_value)
    softmax(*x; axis=-1)
    logSoftmax(*x; axis=-1)
    sparsemax(*x; axis=-1)
    maxPool(*inputs, pool_size; strides=null, padding="valid", data_format=null)
    adaptiveMaxPool(*inputs, output_size; data_format=null)
    averagePool(*inputs, pool_size; strides=null, padding="valid", data_format=null)
    adaptiveAveragePool(*inputs, output_size; data_format=null)
    conv(*inputs, *kernel; strides=1, padding="valid", data_format=null, dilation_rate=1)
    depthwiseConv(*inputs, *kernel; strides=1, padding="valid", data_format=null, dilation_rate=1)
    separableConv(*inputs, *depthwise_kernel, *pointwise_kernel; strides=1, padding="valid", data_format=null, dilation_rate=1)
    convTranspose(*inputs, *kernel; strides=1, padding="valid", output_padding=null, data_format=null, dilation_rate=1)
    oneHot(*x, num_classes; axis=-1, dtype=null, sparse=false)
    binaryCrossentropy(*target, *output; from_logits=false)
    categoricalCrossentropy(*target, *output; from_logits=false, axis=-1)
    sparseCategoricalCrossentropy(*target, *output; from_logits=false, axis=-1)
    multiHot(*inputs, num_classes=null; axis=-1, dtype=null, sparse=false)
    moments(*x, axes; keepdims=false, synchronized=false)
    BatchNorm: batchNormalization(*x, *mean, *variance, axis; *offset=null, *scale=null, epsilon=0.001)
    CTCLoss: ctcLoss(*target, *output, *target_length, *output_length; mask_index=0)
    CTCDecode: ctcDecode(*inputs, *sequence_lengths; strategy="greedy", beam_width=100, top_paths=1, merge_repeated=true, mask_index=0)
    normalize(*x; axis=-1, order=2, epsilon=null)
    PSNR: psnr(*x1, *x2, max_val)
    dotProductAttention(*query, *key, *value; *bias=null, *mask=null, *scale=null, is_causal=false, flash_attention=null, attn_logits_soft_cap=null)
    RMSNorm: rmsNormalization(*x, *scale=null; axis=-1, epsilon=null)
    LayerNorm: layerNormalization(*x, *gamma=null, *beta=null; axis=-1, epsilon=null, rms_scaling=false)
    polar(*abs_, *angle)
    unfold(*x, kernel_size; dilation=1, padding=0, stride=1)
    fold(*x, output_size, kernel_size; dilation=1, padding=0, stride=1)
    depthToSpace(*x, block_size; data_format="channels_last")
    spaceToDepth(*x, block_size; data_format="channels_last")
    HardSilu: hardSwish
    Silu: swish
  `,
  core: `
    scatter(*indices, *values, shape)
    scatterUpdate(*inputs, *indices, *updates, reduction=null)
    slice(*inputs, *start_indices, shape)
    sliceUpdate(*inputs, *start_indices, *updates)
    stopGradient(*variable)
    unstack(*x, num=null, axis=0)
    cast(*x, dtype)
  `,
  math: `
    segmentSum(*data, *segment_ids)
    segmentMax(*data, *segment_ids)
    segmentMin(*data, *segment_ids)
    segmentProd(*data, *segment_ids)
    topK(*x, k; sorted=true, is_stable=true)
    inTopK(*targets, *predictions, k)
    logsumexp(*x; axis=null, keepdims=false)
    CDist: cdist(*x, *y)
    extractSequences(*x, sequence_length, sequence_stride)
    FFT: fft
    FFT2: fft2
    gammainc(*x1, *x2)
    IFFT2: ifft2
    RFFT: rfft(*x; fft_length=null)
    IRFFT: irfft(*x; fft_length=null)
    STFT: stft(*x, sequence_length, sequence_stride, fft_length; window="hann", center=true)
    ISTFT: istft(*x, sequence_length, sequence_stride, fft_length; length=null, window="hann", center=true)
    rsqrt
    erf
    erfc
    erfinv
    logdet
    viewAsComplex
    viewAsReal
  `,
  linalg: `
    linalg.cholesky(*x; upper=false)
    linalg.choleskyInverse(*x; upper=false)
    linalg.det
    linalg.eig
    linalg.eigh
    linalg.inv
    linalg.luFactor
    linalg.norm(*x; ord=null, axis=null, keepdims=false)
    linalg.qr(*x; mode="reduced")
    linalg.solve(*a, *b)
    linalg.solveTriangular(*a, *b; lower=false)
    SVD: linalg.svd(*x; full_matrices=true, compute_uv=true)
    linalg.lstsq(*a, *b; rcond=null)
    linalg.matrixRank(*x; tol=null)
    linalg.matrixPower(*x, n)
    linalg.pinv(*x; rcond=null)
  `,
  image: `
    RGBToGrayscale: image.rgbToGrayscale(*images; data_format=null)
    RGBToHSV: image.rgbToHsv(*images; data_format=null)
    HSVToRGB: image.hsvToRgb(*images; data_format=null)
    image.resize(*images, size; interpolation="bilinear", antialias=false, crop_to_aspect_ratio=false, pad_to_aspect_ratio=false, fill_mode="constant", fill_value=0.0, data_format=null)
    image.affineTransform(*images, *transform; interpolation="bilinear", fill_mode="constant", fill_value=0, data_format=null)
    image.extractPatches(*images, size; strides=null, dilation_rate=1, padding="valid", data_format=null)
    ExtractPatches: image.extractPatches3d(*images, size; strides=null, dilation_rate=1, padding="valid", data_format=null)
    image.reconstructPatches(*patches, size, output_size; strides=null, padding="valid", data_format=null)
    image.mapCoordinates(*inputs, *coordinates, order; fill_mode="constant", fill_value=0)
    image.padImages(*images; top_padding=null, left_padding=null, bottom_padding=null, right_padding=null, target_height=null, target_width=null, data_format=null)
    image.cropImages(*images; top_cropping=null, left_cropping=null, bottom_cropping=null, right_cropping=null, target_height=null, target_width=null, data_format=null)
    image.perspectiveTransform(*images, *start_points, *end_points; interpolation="bilinear", fill_value=0, data_format=null)
    image.gaussianBlur(*images; kernel_size=[3, 3], sigma=[1.0, 1.0], data_format=null)
    image.elasticTransform(*images; alpha=20.0, sigma=5.0, interpolation="bilinear", fill_mode="reflect", fill_value=0.0, seed=null, data_format=null)
    image.scaleAndTranslate(*images, *output_shape, *scale, *translation, spatial_dims, method; antialias=true)
    image.sobelEdges(*images; data_format=null)
    SSIM: image.ssim(*image1, *image2; max_val=1.0, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, data_format=null)
  `,
  einops: `
    rearrange(*tensor, *pattern)
  `,
};
